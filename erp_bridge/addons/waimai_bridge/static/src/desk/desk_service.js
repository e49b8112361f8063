import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { CAUSES, Sounds } from "./sounds";

const ASK_SECONDS = 15; // how often the desk asks how things stand, besides each change
const RING_SECONDS = 6; // how often it rings until somebody acts
const LOST_SECONDS = 5; // a shorter break heals before anybody has read about it
const JUMP_SECONDS = 2; // a tablet's clock that moves so much against the passing time was set, or the tablet slept
const STICKY = 2; // refusals that wait on the screen; each stays on its card as well
const SILENT = "waimai_bridge.silent"; // the causes that this browser keeps quiet about

/** Milliseconds that have passed, on a clock that nobody sets. */
function passed() {
    return browser.performance.now();
}

function readSilent() {
    try {
        return JSON.parse(browser.localStorage.getItem(SILENT)) || [];
    } catch {
        return [];
    }
}

/**
 * What every desk, list and form of orders shares: the clock of the countdowns, the sounds, and whether the
 * server and the connector are there. It runs while one of them is open.
 */
export class Desk {
    constructor(bus, orm, notification) {
        this.bus = bus;
        this.orm = orm;
        this.notification = notification;
        this.waiting = []; // what closes the refusals on the screen, oldest first
        this.sounds = new Sounds();
        this.watchers = 0;
        this.drift = Date.now() - passed(); // the tablet's clock less the passing time
        this.offset = this.drift; // the server's clock less the passing time: a tablet's may be wrong, and be set
        const silent = readSilent();
        this.state = reactive({
            now: Date.now(),
            ring: { new: 0, refund: 0, reminder: 0 },
            connector: "here",
            silence: 0,
            unsent: 0,
            lost: false,
            blocked: false,
            rings: 0,
            on: Object.fromEntries(CAUSES.map((cause) => [cause, !silent.includes(cause)])),
        });
        this.tick = this.tick.bind(this);
        this.unlock = this.unlock.bind(this);
    }

    watch() {
        this.watchers += 1;
        if (this.watchers > 1) {
            return;
        }
        this.brokenSince = null;
        this.asked = this.rang = -Infinity;
        this.timer = browser.setInterval(this.tick, 1000);
        browser.addEventListener("pointerdown", this.unlock, { capture: true });
        browser.addEventListener("keydown", this.unlock, { capture: true });
        this.tick();
    }

    unwatch() {
        this.watchers -= 1;
        if (this.watchers > 0) {
            return;
        }
        browser.clearInterval(this.timer);
        browser.removeEventListener("pointerdown", this.unlock, { capture: true });
        browser.removeEventListener("keydown", this.unlock, { capture: true });
    }

    tick() {
        const now = passed();
        this.state.now = now + this.offset;
        if (now - this.asked >= ASK_SECONDS * 1000 || this.jumped(now)) {
            this.ask();
        }
        const broken = this.failed || this.bus.workerState === "DISCONNECTED" || !browser.navigator.onLine;
        this.brokenSince = broken ? this.brokenSince ?? now : null;
        this.state.lost = broken && now - this.brokenSince >= LOST_SECONDS * 1000;
        if (now - this.rang >= RING_SECONDS * 1000) {
            this.ringOnce(now);
        }
    }

    /** Whether the tablet's clock was set, or slept while time passed: then the server's clock is read anew. */
    jumped(now) {
        const drift = Date.now() - now;
        const jumped = Math.abs(drift - this.drift) >= JUMP_SECONDS * 1000;
        this.drift = jumped ? drift : this.drift;
        return jumped;
    }

    /** Ask the server how things stand; an answer that comes late is overtaken by the next. */
    async ask() {
        this.asked = passed();
        try {
            const status = await this.orm.silent.call("waimai.order", "desk_status", []);
            this.failed = false;
            this.offset = Date.parse(status.now) - passed();
            const rang = CAUSES.some((cause) => this.state.ring[cause] && this.state.on[cause]);
            Object.assign(this.state, {
                ring: status.ring,
                connector: status.connector,
                silence: status.silence,
                unsent: status.unsent,
            });
            if (!rang) {
                this.ringOnce(passed());
            }
        } catch {
            this.failed = true;
        }
    }

    /** One cause at a time, the dearest first: a refund request has the shortest patience. */
    ringOnce(now) {
        const cause = ["refund", "new", "reminder"].find((each) => this.state.ring[each] && this.state.on[each]);
        if (!cause) {
            this.state.blocked = false;
            return;
        }
        this.rang = now;
        this.sounds.unlock().then(() => {
            this.state.blocked = !this.sounds.play(cause);
            this.state.rings += this.state.blocked ? 0 : 1;
        });
    }

    unlock() {
        this.sounds.unlock().then((allowed) => {
            if (allowed && this.state.blocked) {
                this.ringOnce(passed());
            }
        });
    }

    /** What came of a press; of the refusals the newest stay until somebody closes them. */
    tell({ message, type, sticky }) {
        const close = this.notification.add(message, { type, sticky });
        if (sticky) {
            this.waiting.push(close);
            this.waiting.splice(0, this.waiting.length - STICKY).forEach((closeOld) => closeOld());
        }
    }

    toggle(cause) {
        this.state.on[cause] = !this.state.on[cause];
        const silent = CAUSES.filter((each) => !this.state.on[each]);
        browser.localStorage.setItem(SILENT, JSON.stringify(silent));
        if (this.state.on[cause]) {
            this.sounds.unlock().then(() => this.sounds.play(cause));
        }
    }

    /** All on or, if any is on, all off. */
    mute() {
        const any = CAUSES.some((cause) => this.state.on[cause]);
        for (const cause of CAUSES) {
            if (this.state.on[cause] === any) {
                this.toggle(cause);
            }
        }
    }
}

export const deskService = {
    dependencies: ["bus_service", "orm", "notification"],
    start(env, { bus_service: bus, orm, notification }) {
        const desk = new Desk(bus, orm, notification);
        bus.subscribe("waimai/answer", (answer) => desk.tell(answer));
        return desk;
    },
};

registry.category("services").add("waimai_desk", deskService);
