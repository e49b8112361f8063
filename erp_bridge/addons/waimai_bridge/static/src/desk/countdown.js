import { Component, useState, xml } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Seconds that are left until a moment, by the server's clock. */
export function useSecondsLeft() {
    const clock = useState(useService("waimai_desk").state);
    return (iso) => Math.ceil((Date.parse(iso) - clock.now) / 1000);
}

/** 4:05, 1:02:09; what is over counts as 0:00. */
export function minutes(seconds) {
    const left = Math.max(seconds, 0);
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(left / 3600);
    const rest = `${hours ? two(Math.floor(left / 60) % 60) : Math.floor(left / 60)}:${two(left % 60)}`;
    return hours ? `${hours}:${rest}` : rest;
}

/** A clock that counts down and turns red for the last seconds. */
export class Countdown extends Component {
    static template = xml`<span class="o_waimai_countdown" t-att-class="{ 'o_waimai_late': left lt props.warn }" t-esc="words"/>`;
    static props = { until: String, warn: { type: Number, optional: true } };
    static defaultProps = { warn: 60 };

    setup() {
        this.secondsLeft = useSecondsLeft();
    }

    get left() {
        return this.secondsLeft(this.props.until);
    }

    get words() {
        return minutes(this.left);
    }
}
