import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { CAUSES } from "./sounds";

/** Keys of the desk, by where they lie on the keyboard: an input method for Chinese does not change them. */
export const KEYS = {
    KeyA: "accept",
    KeyS: "start",
    KeyR: "ready",
    KeyD: "dispatch",
    KeyG: "agree_refund",
    KeyJ: "reject_refund",
    KeyT: "answer_reminder",
};

/** The line over the desk: what waits for somebody, the sounds, the keys, and what is broken. */
export class DeskBar extends Component {
    static template = "waimai_bridge.DeskBar";
    static components = { Dropdown };
    static props = { toNext: Function };

    setup() {
        this.desk = useService("waimai_desk");
        this.state = useState(this.desk.state);
        this.tellHeight();
        this.causes = CAUSES;
        this.words = {
            new: _t("New orders"),
            refund: _t("Refund requests"),
            reminder: _t("Reminders"),
        };
        this.icons = { new: "fa-shopping-bag", refund: "fa-undo", reminder: "fa-bell" };
        this.keys = [
            ["A", _t("Accept")],
            ["S", _t("Start")],
            ["R", _t("Ready")],
            ["D", _t("Dispatch")],
            ["G", _t("Agree to refund")],
            ["J", _t("Reject refund")],
            ["T", _t("Answer reminder")],
            ["N", _t("Go to the next order that waits for somebody")],
            ["← ↑ → ↓", _t("Go to another card")],
            ["Enter", _t("Open the card")],
            ["M", _t("All sounds on or off")],
        ];
    }

    /** The columns' titles stick below the bar, which grows with a banner and with words that wrap. */
    tellHeight() {
        const bar = useRef("bar");
        const tell = () => bar.el?.parentElement.style.setProperty("--o-waimai-bar", `${bar.el.offsetHeight}px`);
        // In the frame after: what the browser lays out anew meanwhile counts as an endless loop of the observer.
        const height = new ResizeObserver(() => browser.requestAnimationFrame(tell));
        onMounted(() => height.observe(bar.el));
        onWillUnmount(() => height.disconnect());
    }

    get muted() {
        return !CAUSES.some((cause) => this.state.on[cause]);
    }

    /** What is broken and what to do meanwhile: the platform's own app is the second way. */
    get banner() {
        const { lost, connector, unsent, silence } = this.state;
        if (lost) {
            return {
                what: _t("This screen has lost its connection to Odoo; what you see may be old."),
                then: _t("Accept in the platform's own app; it will appear here."),
            };
        }
        if (connector === "away") {
            return {
                what: unsent
                    ? _t("The connector does not take our presses (%s waiting).", unsent)
                    : _t("The connector has been silent for %s minutes.", Math.max(Math.round(silence / 60), 1)),
                then: _t("Accept in the platform's own app; it will appear here. What you press here is sent later."),
            };
        }
        if (connector === "shut") {
            return {
                what: _t("The connector's door does not answer; no news of the platforms comes in."),
                then: _t("Accept in the platform's own app; it will appear here."),
            };
        }
        if (connector === "unset") {
            return {
                what: _t("No connector is set up."),
                then: _t("Orders come once a manager has gone through Configuration › Set-up."),
            };
        }
        if (connector === "never") {
            return {
                what: _t("The connector has not called yet."),
                then: _t("No orders can come before it does."),
            };
        }
        return null;
    }
}
