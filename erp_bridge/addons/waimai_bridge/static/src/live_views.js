import { onMounted, onPatched, onWillDestroy, onWillUnmount, useExternalListener } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { DeskBar, KEYS } from "./desk/desk_bar";

// Messages come in bursts (a batch of orders, an order and its alert); one reload serves them all.
const DELAY = 250;
const CONNECTIONS = ["BUS:CONNECT", "BUS:RECONNECT"];

/** Knows whether it is being loaded: a reload in between would put back what a search has just replaced. */
class LiveModel extends RelationalModel {
    loads = 0;
    isLoading = false;
    opening = 0; // groups that somebody is opening
    waiting = [];

    get isBusy() {
        return this.isLoading || this.opening > 0;
    }

    async load(params) {
        const mine = ++this.loads;
        this.isLoading = true;
        try {
            return await super.load(params);
        } finally {
            // One that was overtaken never comes back.
            this.isLoading = this.isLoading && mine !== this.loads;
            if (!this.isLoading) {
                this.waiting.splice(0).forEach((goOn) => goOn());
            }
        }
    }

    /** Open or fold a group as it is once what is under way has been loaded, and load nothing anew meanwhile. */
    async change(group, act) {
        if (this.isLoading) {
            await new Promise((goOn) => this.waiting.push(goOn));
        }
        this.opening += 1;
        try {
            await act(this.root.groups?.find((each) => each.value === group.value) || group);
        } finally {
            this.opening -= 1;
        }
    }
}

/** Opens groups of orders while orders come in. */
class LiveKanbanRenderer extends KanbanRenderer {
    setup() {
        // Before Odoo looks for the group that was opened last: a reload in between gave it another number.
        onPatched(() => {
            if (!this.props.list.groups?.some((group) => group.id === this.lastOpenedGroupId)) {
                delete this.lastOpenedGroupId;
            }
        });
        super.setup();
    }

    onGroupClick(group, ev) {
        return this.props.list.model.change(group, (now) => super.onGroupClick(now, ev));
    }

    toggleGroup(group) {
        return this.props.list.model.change(group, (now) => super.toggleGroup(now));
    }
}

/**
 * Reloads a view of orders when the server says that orders changed, and after a connection that was not there.
 *
 * It listens before the view has read anything: what changes between the reading and the first drawing counts as well.
 *
 * @param {() => boolean} isBusy the reload waits as long
 * @param {(orderIds: number[] | null) => Promise} reload null: anything may have changed
 */
function useLiveOrders(isBusy, reload) {
    const bus = useService("bus_service");
    const desk = useService("waimai_desk");
    let timer = null;
    let changed = [];
    let isShown = false;
    let isStale = false;
    const schedule = (orderIds) => {
        changed = changed && orderIds ? changed.concat(orderIds) : null;
        isStale = true;
        if (!isShown) {
            return;
        }
        clearTimeout(timer);
        timer = setTimeout(async () => {
            if (isBusy()) {
                schedule([]);
                return;
            }
            const ids = changed;
            changed = [];
            isStale = false;
            desk.ask();
            await reload(ids);
        }, DELAY);
    };
    const onChanged = (payload) => schedule(payload.order_ids || []);
    const onConnect = () => schedule(null);
    bus.subscribe("waimai/changed", onChanged);
    CONNECTIONS.forEach((name) => bus.addEventListener(name, onConnect));
    onMounted(() => {
        isShown = true;
        desk.watch();
        if (isStale) {
            schedule([]);
        }
    });
    onWillUnmount(() => {
        isShown = false;
        clearTimeout(timer);
        desk.unwatch();
    });
    onWillDestroy(() => {
        bus.unsubscribe("waimai/changed", onChanged);
        CONNECTIONS.forEach((name) => bus.removeEventListener(name, onConnect));
    });
}

const WAITING = {
    new: ".o_waimai_is_new",
    refund: ".o_waimai_is_refunding",
    reminder: ".o_waimai_reminded",
};

export class WaimaiKanbanController extends KanbanController {
    static template = "waimai_bridge.DeskView";
    static components = { ...KanbanController.components, DeskBar };

    setup() {
        super.setup();
        this.desk = useService("waimai_desk");
        this.ui = useService("ui");
        useLiveOrders(
            () => this.model.isBusy,
            () => this.model.load()
        );
        useExternalListener(window, "keydown", (ev) => this.onKey(ev));
    }

    /** Keys without Ctrl or Alt, as long as nobody types and no dialogue is open. */
    onKey(ev) {
        const typing = ev.target.closest?.("input, textarea, select, [contenteditable=true]");
        const elsewhere = document.querySelector(".modal.show, .o_dialog, .o-dropdown--menu");
        if (typing || elsewhere || ev.ctrlKey || ev.metaKey || ev.altKey || ev.repeat || ev.isComposing) {
            return;
        }
        if (KEYS[ev.code]) {
            this.pressFor(KEYS[ev.code]);
        } else if (ev.code === "KeyN") {
            this.toNext();
        } else if (ev.code === "KeyM") {
            this.desk.mute();
        } else {
            return;
        }
        ev.preventDefault();
    }

    /** The button on the card that is chosen; if no card is, on the first that has it. */
    pressFor(action) {
        const button = `button[name=action_${action}]`;
        const chosen = document.activeElement?.closest?.(".o_kanban_record");
        const area = chosen || this.rootRef.el;
        const found = area.querySelector(button);
        found?.closest(".o_kanban_record").focus();
        found?.click();
    }

    /** Choose the next card that waits for somebody, from the one that is chosen on. */
    toNext(cause) {
        const waiting = cause ? WAITING[cause] : Object.values(WAITING).join(",");
        const cards = [...this.rootRef.el.querySelectorAll(".o_kanban_record")].filter((card) =>
            card.querySelector(waiting)
        );
        const chosen = cards.indexOf(document.activeElement?.closest?.(".o_kanban_record"));
        const next = cards[(chosen + 1) % cards.length];
        next?.focus();
        next?.scrollIntoView({ behavior: "smooth", block: "center", inline: "center" });
    }
}

export class WaimaiListController extends ListController {
    setup() {
        super.setup();
        useLiveOrders(
            () => this.model.isBusy || Boolean(this.model.root.editedRecord),
            async () => {
                if (!this.model.root.selection.length) {
                    await this.model.load();
                }
            }
        );
    }
}

export class WaimaiFormController extends FormController {
    setup() {
        super.setup();
        useLiveOrders(
            () => this.model.isBusy,
            async (orderIds) => {
                const shown = orderIds === null || orderIds.includes(this.model.root.resId);
                if (shown && !(await this.model.root.isDirty())) {
                    await this.model.load();
                }
            }
        );
    }
}

registry.category("views").add("waimai_kanban", {
    ...kanbanView,
    Model: LiveModel,
    Controller: WaimaiKanbanController,
    Renderer: LiveKanbanRenderer,
});
registry.category("views").add("waimai_list", { ...listView, Model: LiveModel, Controller: WaimaiListController });
registry.category("views").add("waimai_form", { ...formView, Model: LiveModel, Controller: WaimaiFormController });
