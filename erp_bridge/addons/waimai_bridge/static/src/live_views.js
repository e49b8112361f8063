import { onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

// Messages come in bursts (a batch of orders, an order and its alert); one reload serves them all.
const DELAY = 250;

/**
 * Reloads a view of orders when the server says that orders changed, and after a lost connection.
 *
 * @param {(orderIds: number[] | null) => Promise} reload null: anything may have changed
 */
function useLiveOrders(reload) {
    const bus = useService("bus_service");
    let timer = null;
    let changed = [];
    const schedule = (orderIds) => {
        changed = changed && orderIds ? changed.concat(orderIds) : null;
        clearTimeout(timer);
        timer = setTimeout(async () => {
            const ids = changed;
            changed = [];
            await reload(ids);
        }, DELAY);
    };
    const onChanged = (payload) => schedule(payload.order_ids || []);
    const onReconnect = () => schedule(null);
    onMounted(() => {
        bus.subscribe("waimai/changed", onChanged);
        bus.addEventListener("BUS:RECONNECT", onReconnect);
    });
    onWillUnmount(() => {
        clearTimeout(timer);
        bus.unsubscribe("waimai/changed", onChanged);
        bus.removeEventListener("BUS:RECONNECT", onReconnect);
    });
}

export class WaimaiKanbanController extends KanbanController {
    setup() {
        super.setup();
        useLiveOrders(() => this.model.load());
    }
}

export class WaimaiListController extends ListController {
    setup() {
        super.setup();
        useLiveOrders(async () => {
            if (!this.model.root.selection.length) {
                await this.model.load();
            }
        });
    }
}

export class WaimaiFormController extends FormController {
    setup() {
        super.setup();
        useLiveOrders(async (orderIds) => {
            const shown = orderIds === null || orderIds.includes(this.model.root.resId);
            if (shown && !(await this.model.root.isDirty())) {
                await this.model.load();
            }
        });
    }
}

registry.category("views").add("waimai_kanban", { ...kanbanView, Controller: WaimaiKanbanController });
registry.category("views").add("waimai_list", { ...listView, Controller: WaimaiListController });
registry.category("views").add("waimai_form", { ...formView, Controller: WaimaiFormController });
