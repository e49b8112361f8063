import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Countdown, useSecondsLeft } from "./countdown";

const SOON = 10 * 60; // seconds before the promised time at which it turns red

/** What a cook, a cashier and a rider need to know of one order, without opening it. */
export class OrderCard extends Component {
    static template = "waimai_bridge.OrderCard";
    static components = { Countdown };
    static props = { ...standardWidgetProps };

    setup() {
        this.secondsLeft = useSecondsLeft();
        this.desk = useState(useService("waimai_desk").state);
    }

    get card() {
        return this.props.record.data.card;
    }

    clock(iso) {
        return iso ? formatDateTime(luxon.DateTime.fromISO(iso), { format: "HH:mm" }) : "";
    }

    get promised() {
        const { promised, final } = this.card;
        if (!promised) {
            return { text: _t("ASAP"), rest: "", late: false };
        }
        const left = this.secondsLeft(promised);
        const minutes = Math.round(Math.abs(left) / 60);
        const day = luxon.DateTime.fromISO(promised);
        const today = day.hasSame(luxon.DateTime.fromMillis(this.desk.now), "day");
        const text = today ? this.clock(promised) : formatDateTime(day, { format: "MM-dd HH:mm" });
        if (final || minutes > 600) {
            return { text: _t("By %s", text), rest: "", late: false };
        }
        return {
            text: _t("By %s", text),
            rest: left >= 0 ? _t("%s min left", minutes) : _t("%s min late", minutes),
            late: left < SOON,
        };
    }

    get pieces() {
        return this.card.pieces === 1 ? _t("1 piece") : _t("%s pieces", this.quantity(this.card.pieces));
    }

    get before() {
        return _t("Before: %s", this.card.before);
    }

    back(item) {
        return _t("%s refunded", this.quantity(item.back));
    }

    quantity(number) {
        return String(Math.round(number * 1000) / 1000);
    }
}

registry.category("view_widgets").add("waimai_order_card", {
    component: OrderCard,
    fieldDependencies: [{ name: "card", type: "json" }],
});
