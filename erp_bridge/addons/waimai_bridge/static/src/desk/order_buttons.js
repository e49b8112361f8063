import { Component, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ASKED_LATE = 20_000; // after so long it is worth a word that the answer is still to come
const ENDS = ["reject", "cancel"];
const SETTLES = 1_000; // within this the view has learnt of the press from the server

/**
 * The buttons of one order, on its card and on its form. A press turns its button into "asked…" until the platform
 * has answered; what it answered comes as a notification and stands on the card if it was no.
 */
export class OrderButtons extends Component {
    static template = "waimai_bridge.OrderButtons";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps, all: { type: Boolean, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.clock = useState(useService("waimai_desk").state);
        // Pressed here and not yet told by the server, by action.
        this.mine = useState({});
    }

    get card() {
        return this.props.record.data.card || { buttons: [] };
    }

    get shown() {
        return this.card.buttons.filter((button) => this.props.all || !button.side);
    }

    get more() {
        return this.card.buttons.filter((button) => !this.props.all && button.side);
    }

    isAsked(button) {
        return Boolean(button.asked || this.mine[button.action]);
    }

    ends(button) {
        return ENDS.includes(button.action);
    }

    /** Whether a press has waited so long that somebody may want to send it once more. */
    isLate(button) {
        return Boolean(button.asked) && this.clock.now - Date.parse(button.asked) > ASKED_LATE;
    }

    askedWords(button) {
        if (!this.isLate(button)) {
            return _t("asked…");
        }
        return button.sent ? _t("asked… no answer yet") : _t("asked… waits for the connector");
    }

    get refusedWords() {
        return _t("%s was refused.", this.card.refused.label);
    }

    askedTitle(button) {
        return button.who ? _t("Pressed by %s", button.who) : "";
    }

    /** While one press is being told to the server, the others of this order wait. */
    get isBusy() {
        return Object.keys(this.mine).length > 0;
    }

    press(button) {
        if (this.isAsked(button) || this.isBusy) {
            return;
        }
        if (button.action !== "agree_refund") {
            return this.send(button);
        }
        const open = (this.card.refunds || []).find((refund) => refund.amount);
        this.dialog.add(ConfirmationDialog, {
            title: button.label,
            body: open
                ? _t("%(platform)s #%(number)s: the customer gets %(amount)s back. Agree?", {
                      platform: this.card.platform_name,
                      number: this.card.day_seq,
                      amount: open.amount,
                  })
                : _t("The customer gets the money back. Agree?"),
            confirmLabel: button.label,
            // Odoo's own "Cancel" is also the name of what ends an order.
            cancelLabel: _t("Back"),
            confirm: () => {
                this.send(button);
            },
            cancel: () => {},
        });
    }

    async send(button) {
        this.mine[button.action] = true;
        let settles = 0;
        try {
            const wanted = await this.call(`action_${button.action}`);
            if (wanted && typeof wanted === "object") {
                await this.action.doAction(wanted, { onClose: () => this.reload() });
            } else {
                this.reload();
                settles = SETTLES;
            }
        } finally {
            browser.setTimeout(() => delete this.mine[button.action], settles);
        }
    }

    async again(action = false) {
        await this.call("action_press_again", action);
        this.reload();
    }

    async seen() {
        await this.call("action_press_seen");
        this.reload();
    }

    call(method, ...args) {
        return this.orm.call("waimai.order", method, [[this.props.record.resId], ...args]);
    }

    /** The whole view: a press can move the order to another column. Not to be waited for: a later one ends it. */
    reload() {
        this.props.record.model.load();
    }
}

const fieldDependencies = [{ name: "card", type: "json" }];

registry.category("view_widgets").add("waimai_order_buttons", {
    component: OrderButtons,
    fieldDependencies,
    extractProps: ({ attrs }) => ({ all: Boolean(attrs.all) }),
});
