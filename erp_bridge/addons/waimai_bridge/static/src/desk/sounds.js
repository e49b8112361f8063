import { browser } from "@web/core/browser/browser";

/**
 * Tones made in code, one melody per cause, so that a cook knows without looking what it is about.
 * Each note is [Hz, begins after seconds, lasts seconds].
 */
const MELODIES = {
    new: [
        [659, 0, 0.16],
        [784, 0.18, 0.16],
        [1047, 0.36, 0.32],
    ],
    refund: [
        [440, 0, 0.28],
        [330, 0.32, 0.28],
        [440, 0.64, 0.28],
        [330, 0.96, 0.36],
    ],
    reminder: [
        [880, 0, 0.09],
        [880, 0.16, 0.09],
        [880, 0.32, 0.09],
    ],
};
export const CAUSES = Object.keys(MELODIES);

export class Sounds {
    constructor() {
        this.context = null;
    }

    /** Whether the browser lets us sound; most refuse until somebody has touched the page. */
    get allowed() {
        return this.context?.state === "running";
    }

    /** Ask for leave to sound; to be called in a click, else most browsers refuse. */
    async unlock() {
        const Context = browser.AudioContext || window.AudioContext;
        if (!Context) {
            return false;
        }
        this.context = this.context || new Context();
        if (this.context.state === "suspended") {
            // A browser that waits for a click leaves this promise open: nobody may wait for it.
            this.context.resume().catch(() => {});
            await Promise.resolve();
        }
        return this.allowed;
    }

    play(cause) {
        if (!this.allowed) {
            return false;
        }
        const now = this.context.currentTime;
        for (const [pitch, begins, lasts] of MELODIES[cause]) {
            const tone = this.context.createOscillator();
            const volume = this.context.createGain();
            tone.type = cause === "refund" ? "sawtooth" : "triangle";
            tone.frequency.value = pitch;
            volume.gain.setValueAtTime(0.0001, now + begins);
            volume.gain.exponentialRampToValueAtTime(0.5, now + begins + 0.02);
            volume.gain.exponentialRampToValueAtTime(0.0001, now + begins + lasts);
            tone.connect(volume).connect(this.context.destination);
            tone.start(now + begins);
            tone.stop(now + begins + lasts);
        }
        return true;
    }
}
