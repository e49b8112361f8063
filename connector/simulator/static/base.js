// What every part of the page uses: elements, texts, money, time, calls.
import { TEXTS } from "./texts.js";

export const start = JSON.parse(document.body.dataset.start);
export const PLATFORMS = Object.keys(start.platforms);

// --- language ------------------------------------------------------------------------------------------------------

const KEPT = "simulator.lang";

function wished() {
  const asked = new URLSearchParams(location.search).get("lang") || localStorage.getItem(KEPT);
  if (asked === "zh" || asked === "en") return asked;
  return (navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en";
}

export let lang = wished();

export function speak(other) {
  lang = other;
  localStorage.setItem(KEPT, other);
}

/** A text of the page; `{0}` and so on are replaced. */
export function t(key, ...values) {
  return TEXTS[key][lang === "en" ? 1 : 0].replace(/\{(\d)\}/g, (_, place) => values[place]);
}

/** One of a pair (Chinese, English); what has no words stands for itself. */
export function say(pair, other = "") {
  return pair ? pair[lang === "en" ? 1 : 0] : other;
}

/** The words of something of a platform: `word("status", "eleme", "valid")`. */
export function word(table, platform, name) {
  return say((start.words[table][platform] || {})[String(name)], String(name));
}

/** What a push says beyond its kind. */
export function noted(push) {
  if (!push.note) return "";
  const kind = push.type === "partial-refund" ? "refund" : push.type;
  if (kind.endsWith("logistics")) return word("ride", push.platform, push.note);
  const own = { ...start.words.cancel.cancel, ...start.words.cancel.force_invalid, ...start.words.note[kind] };
  return push.note.split(" ").map((part) => say(own[part], part)).join(" ");
}

// --- money and time --------------------------------------------------------------------------------------------------

export const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

const CLOCK = new Intl.DateTimeFormat("zh-CN", { timeStyle: "medium", hourCycle: "h23", timeZone: "Asia/Shanghai" });
const DAY = new Intl.DateTimeFormat("zh-CN", { month: "2-digit", day: "2-digit", timeZone: "Asia/Shanghai" });

/** Business time (China's) of a moment; the day too unless it is `today`. */
export function clock(at, now) {
  const day = DAY.format(at);
  return day === DAY.format(now) ? CLOCK.format(at) : `${day} ${CLOCK.format(at)}`;
}

// --- elements --------------------------------------------------------------------------------------------------------

/** An element: `h("button.main", {onclick}, "text", child, [children], null)`. */
export function h(what, given = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Writes a text where another stands. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Fills `box` anew only if what it shows has changed, so that nothing flickers and the focus stays. */
export function show(box, seen, make) {
  const mark = JSON.stringify([lang, seen]);
  if (box.dataset.mark === mark) return;
  const focused = box.contains(document.activeElement);
  box.dataset.mark = mark;
  box.replaceChildren(...[make()].flat(Infinity).filter(Boolean));
  if (focused && !box.contains(document.activeElement)) box.querySelector("button")?.focus({ preventScroll: true });
}

/** Keeps one child of `box` per row, in order: `make(row)` once, `update(child, row)` each time. */
export function keep(box, rows, key, make, update) {
  const old = new Map([...box.children].map((child) => [child.dataset.key, child]));
  let before = null;
  for (const row of rows) {
    const name = String(key(row));
    let child = old.get(name);
    if (child) old.delete(name);
    else {
      child = make(row);
      child.dataset.key = name;
    }
    update(child, row);
    const wanted = before ? before.nextElementSibling : box.firstElementChild;
    if (wanted !== child) box.insertBefore(child, wanted);
    before = child;
  }
  old.forEach((child) => child.remove());
}

// --- calls -----------------------------------------------------------------------------------------------------------

/** The platform said no; the message is its own. */
export class Refused extends Error {}

/** Calls the simulator; gives JSON. `Refused` if it says no, `TypeError` if it is not there. */
export async function call(path, body) {
  const post = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(path, { ...post, headers: { "Content-Type": "application/json" } });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(found.error?.message || `${answer.status}`);
  return found;
}

/** Tells something for some seconds; what is `bad` stays longer and is read out at once. */
export function toast(text, bad = false) {
  const shown = h("div.toast", { role: bad ? "alert" : "status" }, text);
  if (bad) shown.classList.add("bad");
  shown.append(h("button.plain", { type: "button", ariaLabel: t("close"), onclick: () => shown.remove() }, "×"));
  document.getElementById("toasts").append(shown);
  setTimeout(() => shown.remove(), bad ? 9000 : 3500);
}

/** What went wrong, in words. */
export function trouble(error) {
  if (error instanceof Refused) return t("refuses", error.message);
  if (error instanceof TypeError) return t("away");
  return String(error);
}

/** Does something on a press: the button waits, what goes wrong is told; gives whether it went well. */
export async function press(button, job, changed) {
  button.disabled = true;
  try {
    await job();
    changed?.();
    return true;
  } catch (error) {
    toast(trouble(error), true);
    return false;
  } finally {
    button.disabled = false;
  }
}
