// The form of an act that asks for something: why, which dishes, which news of the rider.
import { Refused, call, h, lang, say, start, t, trouble, word, yuan } from "./base.js";

const OWN = ["reason", "reason_code", "items", "code", "type"];
const PARTS_ONLY = ["part_cancel", "part_refund"];
const TYPES = { 15: "type15", 17: "type17" };

/** Whether an act is done with a form and not at once. */
export function asksForMore(act, open) {
  if (act.act === "agree") return false;
  return act.asks.some((name) => OWN.includes(name)) || (act.asks.includes("remindId") && open.reminders.length > 1);
}

const field = (key, input) => h("label.field", {}, h("span", {}, t(key)), input);
const select = (name, pairs) => h("select", { name }, pairs.map(([value, text]) => h("option", { value }, text)));

/** Opens the form; `changed` is called once the platform has done it. */
export function ask(row, act, open, changed) {
  const dialog = document.getElementById("asking");
  const given = {};
  const parts = [];
  for (const name of act.asks) parts.push(...(ASKED[name]?.(given, row, act, open) || []));
  if (act.act === "ask_cancel" && row.platform === "eleme" && row.accepted) {
    parts.push(h("p.hint", {}, t("windowHint", start.freeCancel)));
  }
  const wrong = h("p.wrong", { role: "alert", hidden: true });
  const send = h("button.main", { type: "submit", name: "do" }, say([act.zh, act.en]));
  const form = h(
    `form.stack.${row.platform}`,
    {},
    h("h3", {}, h(`span.badge.${row.platform}`, {}, `${t(row.platform)} #${row.daySn}`), ` ${t(act.actor)}：${say([act.zh, act.en])}`),
    parts,
    wrong,
    h("div.buttons.end", {}, h("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), send),
  );
  form.lang = lang;
  form.onsubmit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await call(`/sim/orders/${row.orderId}/${act.act}`, args(given));
      dialog.close();
      changed();
    } catch (error) {
      wrong.textContent = error instanceof Refused || error instanceof TypeError ? trouble(error) : error.message;
      wrong.hidden = false;
    } finally {
      send.disabled = false;
    }
  };
  dialog.replaceChildren(form);
  dialog.showModal();
}

/** What was filled in; an error if something must be. */
function args(given) {
  const found = Object.entries(given).map(([name, read]) => [name, read()]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** One entry per argument: adds to `given` how it is read, gives what is shown. */
const ASKED = {
  reason(given) {
    const input = h("input", { name: "reason", placeholder: t("asItIs"), maxLength: 60 });
    given.reason = () => input.value.trim() || undefined;
    return [field("reason", input)];
  },

  reason_code(given, row, act) {
    const reasons = Object.entries(start.words.cancel[act.act]);
    const input = select("reason_code", reasons.map(([code, pair]) => [code, `${code} ${say(pair)}`]));
    given.reason_code = () => Number(input.value);
    given.reason = () => start.words.cancel[act.act][input.value][0];
    return [field("reasonCode", input)];
  },

  code(given, row, act, open) {
    const input = select("code", open.codes.map((code) => [code, `${code} ${word("ride", row.platform, code)}`]));
    given.code = () => Number(input.value);
    return [field("news", input)];
  },

  name(given) {
    const input = h("input", { name: "rider_name", maxLength: 30 });
    given.name = () => input.value.trim() || undefined;
    return [field("riderName", input)];
  },

  phone(given) {
    const input = h("input", { name: "rider_phone", inputMode: "tel", maxLength: 20 });
    given.phone = () => input.value.trim() || undefined;
    return [field("riderPhone", input)];
  },

  type(given) {
    const input = select("type", Object.entries(TYPES).map(([type, key]) => [type, t(key)]));
    given.type = () => Number(input.value);
    return [field("invalidType", input)];
  },

  remindId(given, row, act, open) {
    if (open.reminders.length < 2) return [];
    const input = select("remindId", open.reminders.map((number) => [number, String(number)]));
    given.remindId = () => Number(input.value);
    return [field("whichReminder", input)];
  },

  instant(given, row) {
    if (!row.accepted) return [];
    const input = h("input", { type: "checkbox", name: "instant" });
    given.instant = () => input.checked || undefined;
    return [h("label.tick", {}, input, h("span", {}, t("instant")))];
  },

  items(given, row, act) {
    if (!row.accepted) return [];
    return new Parts(row, PARTS_ONLY.includes(act.act), act.asks.includes("amount")).fill(given);
  },
};

/** Which dishes and how many go back, with the money that they are worth. */
class Parts {
  constructor(row, only, otherSum) {
    this.row = row;
    this.only = only;
    this.otherSum = otherSum;
    this.counts = row.items.map(() => 0);
    this.asked = 0;
  }

  fill(given) {
    this.worth = h("p.worth", { role: "status" }, t("partNothing"));
    this.box = h("div.parts", { hidden: !this.only }, h("ul.menu", {}, this.row.items.map((item, place) => this.line(item, place))), this.worth);
    if (this.otherSum) {
      this.sum = h("input", { name: "amount", inputMode: "decimal", pattern: "\\d+([.]\\d{1,2})?" });
      this.box.append(h("details", {}, h("summary", {}, t("otherAmount")), this.sum));
      given.amount = () => (this.part && this.sum.value ? Math.round(Number(this.sum.value) * 100) : undefined);
    }
    given.items = () => this.read();
    return this.only ? [this.box] : [this.choice(), this.box];
  }

  get part() {
    return !this.box.hidden;
  }

  choice() {
    const radio = (value, text, checked) => {
      const input = h("input", { type: "radio", name: "scope", value, checked });
      input.onchange = () => (this.box.hidden = value === "all");
      return h("label.tick", {}, input, h("span", {}, text));
    };
    return h("div.stack", {}, radio("all", t("whole", yuan(this.row.left)), true), radio("part", t("some"), false));
  }

  line(item, place) {
    const left = this.row.leftOfLines[place];
    const count = h("b", {}, "0");
    const step = (more) => () => {
      this.counts[place] = Math.max(0, Math.min(left, this.counts[place] + more));
      count.textContent = String(this.counts[place]);
      this.price();
    };
    return h(
      left ? "li" : "li.off",
      { "data-line": item.line },
      h("span.name", {}, item.name, h("small", {}, ` ${t("leftOf", left)}`)),
      h("span.price", {}, yuan(item.price)),
      h(
        "span.steps",
        {},
        h("button", { type: "button", name: "less", disabled: !left, ariaLabel: t("less", item.name), onclick: step(-1) }, "−"),
        count,
        h("button", { type: "button", name: "more", disabled: !left, ariaLabel: t("more", item.name), onclick: step(1) }, "+"),
      ),
    );
  }

  chosen() {
    return this.counts.map((quantity, place) => ({ line: place + 1, quantity })).filter((one) => one.quantity);
  }

  async price() {
    const number = ++this.asked;
    const items = this.chosen();
    const query = new URLSearchParams({ items: JSON.stringify(items) });
    const told = !items.length
      ? t("partNothing")
      : await call(`/page/parts/${this.row.orderId}?${query}`).then((found) => t("partAmount", yuan(found.amount)), trouble);
    if (number === this.asked) this.worth.textContent = told;
  }

  read() {
    if (!this.part) return undefined;
    const items = this.chosen();
    if (!items.length) throw new Error(t("partNothing"));
    return items;
  }
}
