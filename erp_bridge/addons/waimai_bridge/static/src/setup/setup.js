import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

// The bus tells of every order; this is for what it does not tell, and for browsers without it.
const LOOK_AGAIN = 5000;

export class WaimaiCheck extends Component {
    static template = "waimai_bridge.Check";
    static props = { check: Object };

    get icon() {
        const icons = { ok: "fa-check-circle", hint: "fa-info-circle", wait: "fa-clock-o", bad: "fa-times-circle" };
        return `fa ${icons[this.props.check.state]} o_waimai_${this.props.check.state}`;
    }
}

/** The guided set-up: connector, stores, products, a test order. The server says what is green and what to do. */
export class WaimaiSetup extends Component {
    static template = "waimai_bridge.Setup";
    static components = { WaimaiCheck };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.bus = useService("bus_service");
        this.state = useState({ status: null, busy: false, shown: "", form: {}, store: null });
        onWillStart(() => this.load(true));
        const onChanged = () => this.load();
        onMounted(() => {
            this.bus.subscribe("waimai/changed", onChanged);
            this.timer = setInterval(() => this.waits && this.load(), LOOK_AGAIN);
        });
        onWillUnmount(() => {
            clearInterval(this.timer);
            this.bus.unsubscribe("waimai/changed", onChanged);
        });
    }

    get steps() {
        return this.state.status.steps;
    }

    get titles() {
        return [
            ["connector", _t("Connector")],
            ["stores", _t("Stores")],
            ["products", _t("Products")],
            ["order", _t("Test order")],
        ];
    }

    get waits() {
        const { order, products } = this.steps;
        return order.store_id && order.state === "wait" || products.rows.some((row) => row.pulling);
    }

    get stores() {
        return this.steps.stores.rows;
    }

    async load(probing = false) {
        const status = await this.orm.silent.call("waimai.setup", "status", [], { probing });
        if (!probing && this.state.status) {
            // What the connector answered stays on the page until it is asked again.
            status.steps.connector = this.state.status.steps.connector;
            const states = Object.values(status.steps).map((step) => step.state);
            status.ready = states.every((state) => ["ok", "hint"].includes(state));
        }
        if (!this.state.status) {
            this.state.form = { url: status.url, secret: "", simulator: status.simulator };
        }
        this.state.status = status;
        const stores = status.steps.stores.rows.map((row) => row.id);
        if (!stores.includes(this.state.store)) {
            this.state.store = status.steps.order.store_id || stores[0] || null;
        }
    }

    async during(work) {
        this.state.busy = true;
        try {
            await work();
        } finally {
            this.state.busy = false;
        }
    }

    test() {
        return this.during(() => this.load(true));
    }

    save() {
        const { url, secret } = this.state.form;
        return this.during(async () => {
            await this.orm.call("waimai.setup", "save", [secret ? { url, secret } : { url }]);
            await this.load(true);
            Object.assign(this.state.form, { url: this.state.status.url, secret: "" });
        });
    }

    saveSimulator() {
        return this.during(async () => {
            await this.orm.call("waimai.setup", "save", [{ simulator: this.state.form.simulator }]);
            await this.load();
            this.state.form.simulator = this.state.status.simulator;
        });
    }

    make(method, body) {
        const make = () =>
            this.during(async () => {
                this.state.shown = await this.orm.call("waimai.setup", method, []);
                await this.load(true);
            });
        this.dialog.add(ConfirmationDialog, { body, confirm: make, cancel: () => {} });
    }

    newSecret() {
        if (!this.state.status.has_secret) {
            return this.during(async () => {
                this.state.shown = await this.orm.call("waimai.setup", "new_secret", []);
                await this.load(true);
            });
        }
        this.make("new_secret", _t("The connector needs the new secret before presses are taken again. Go on?"));
    }

    newKey() {
        this.make("new_key", _t("Earlier keys stay valid until you delete them at the user Waimai connector. Go on?"));
    }

    pullMenu(storeId) {
        return this.during(async () => {
            await this.orm.call("waimai.store", "action_pull_menu", [[storeId]]);
            await this.load();
        });
    }

    async openMenu(storeId) {
        this.action.doAction(await this.orm.call("waimai.store", "action_open_menu", [[storeId]]));
    }

    openRecord(model, id) {
        this.action.doAction({ type: "ir.actions.act_window", res_model: model, res_id: id, views: [[false, "form"]] });
    }

    complete() {
        return this.during(async () => {
            await this.orm.call("waimai.setup", "complete", []);
            await this.load();
        });
    }

    openStores() {
        this.action.doAction("waimai_bridge.action_stores");
    }

    openDesk() {
        this.action.doAction("waimai_bridge.action_desk");
    }

    placeOrder() {
        return this.during(async () => {
            await this.orm.call("waimai.setup", "place_order", [Number(this.state.store)]);
            await this.load();
        });
    }

    accept() {
        return this.during(async () => {
            await this.orm.call("waimai.order", "action_accept", [[this.steps.order.order_id]]);
            await this.load();
        });
    }
}

registry.category("actions").add("waimai_setup", WaimaiSetup);
