// Middle: the orders as the platforms have them; an opened one with the people who can do something now.
import { PLATFORMS, call, clock, h, keep, noted, press, say, show, t, toast, word, yuan } from "./base.js";
import { ask, asksForMore } from "./asking.js";

const PEOPLE = ["CUSTOMER", "MERCHANT", "RIDER", "PLATFORM", "DESK"];
const FIRST_PRESS = ["accept", "agree", "prepared", "finish"];
const DANGER = ["cancel", "reject", "force_invalid", "disagree", "dismiss"];
const SMOOTH = { eleme: [51, 52, 53, 54, 55, 56], meituan: [0, 5, 10, 15, 20, 40] };

export class Orders {
  constructor(box, { changed, first, before }) {
    this.changed = changed;
    this.first = first;
    this.platform = before?.platform || "";
    this.open = before?.open || "";
    this.tabs = h("div.segments");
    this.empty = h("div.empty", { hidden: true });
    this.list = h("div.orders");
    box.replaceChildren(h("div.headline", {}, h("h2", {}, t("ordersTitle")), this.tabs), this.empty, this.list);
    this.tabsShown();
  }

  tabsShown() {
    const turn = (platform) => {
      this.platform = platform;
      this.tabsShown();
      this.changed();
    };
    const tab = (name) =>
      h("button", { type: "button", ariaPressed: String(name === this.platform), onclick: () => turn(name) }, t(name || "everyPlatform"));
    this.tabs.replaceChildren(...["", ...PLATFORMS].map(tab));
  }

  choose(id) {
    this.open = id;
    this.wanted = id;
    if (this.platform) {
      this.platform = "";
      this.tabsShown();
    }
  }

  toggle(id) {
    this.open = this.open === id ? "" : id;
    this.changed();
  }

  update(live) {
    this.empty.hidden = live.orders.length > 0;
    show(this.empty, live.orders.length > 0, () => [
      h("h3", {}, t("noOrders")),
      h("p", {}, t("noOrdersHint")),
      h("button.main", { type: "button", onclick: () => this.first() }, t("placeFirst")),
    ]);
    const rows = [...live.orders];
    if (live.open && !rows.some((row) => row.orderId === this.open) && !this.platform) rows.push(live.open.order);
    keep(this.list, rows, (row) => row.orderId, (row) => this.card(row), (card, row) => this.updateCard(card, row, live));
    const wanted = this.wanted && this.list.querySelector(`[data-key="${CSS.escape(this.wanted)}"]`);
    if (!wanted) return;
    this.wanted = "";
    wanted.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  card(row) {
    const head = h("button.head", { type: "button", onclick: () => this.toggle(row.orderId) });
    const detail = h("div.detail", { hidden: true }, ...["lines", "people", "refunds", "log"].map((name) => h(`div.${name}`)));
    return h(`article.order.${row.platform}`, { "data-order": row.orderId }, head, detail);
  }

  updateCard(card, row, live) {
    const [head, detail] = card.children;
    const open = this.open === row.orderId;
    const failed = live.log.filter((push) => push.orderId === row.orderId && !push.ok && !push.again).length;
    head.ariaExpanded = String(open);
    card.classList.toggle("open", open);
    card.classList.toggle("over", row.finished || row.cancelled);
    show(head, [{ ...row, history: 0, sold: 0 }, failed], () => this.head(row, live.now, failed));
    detail.hidden = !open;
    if (!open || live.open?.order.orderId !== row.orderId) return;
    const [lines, people, refunds, log] = detail.children;
    show(lines, [row.items, row.leftOfLines, row.remark, row.refunded], () => this.lines(row));
    show(people, [live.open.acts, live.open.codes, live.open.reminders], () => this.people(row, live.open));
    show(refunds, row.refunds, () => (row.refunds.length ? this.refunds(row) : []));
    show(log, [live.open.log, row.messages], () => this.log(row, live.open.log, live.now));
  }

  head(row, now, failed) {
    const bought = row.items.map((item) => `${item.name} × ${item.quantity}`).join("、");
    const last = row.refunds.at(-1);
    const chips = [
      h(`span.chip.status${row.cancelled ? ".bad" : row.finished ? ".done" : ""}`, {}, word("status", row.platform, row.status)),
      last ? h("span.chip.refund", {}, word("refund", row.platform, last.status)) : null,
      row.rider || (row.platform === "meituan" && row.history.some((one) => String(one.type).startsWith("logistics")))
        ? h("span.chip", {}, word("ride", row.platform, row.rider))
        : null,
      row.prepared ? h("span.chip", {}, t("prepared")) : null,
      row.reminders ? h("span.chip.warn", {}, t("reminded", row.reminders)) : null,
      failed ? h("span.chip.bad", {}, t("failedPushes", failed)) : null,
    ];
    return [
      h(
        "span.first",
        {},
        h("span.row", {}, h(`span.badge.${row.platform}`, {}, t(row.platform), h("b", {}, ` #${row.daySn}`)), chips),
        h("span.money", {}, yuan(row.paid)),
      ),
      h("span.bought", {}, bought),
      h(
        "span.row.hint",
        {},
        h("span", {}, row.shopName),
        h("span", {}, clock(row.placed, now)),
        row.refunded ? h("span.back", {}, t("paidBack", yuan(row.refunded))) : null,
      ),
    ];
  }

  lines(row) {
    return [
      h("p.hint.id", {}, row.orderId),
      h(
        "ul.plainlist",
        {},
        row.items.map((item, place) => {
          const gone = item.quantity - row.leftOfLines[place];
          return h(
            "li",
            {},
            `${item.name} × ${item.quantity} `,
            h("span.hint", {}, t("unitPrice", yuan(item.price))),
            gone ? h("span.back", {}, ` ${t("givenBack", gone)}`) : null,
          );
        }),
      ),
      row.remark ? h("p.remark", {}, `${t("remark")}：${row.remark}`) : null,
    ];
  }

  // --- who can do what -----------------------------------------------------------------------------------------------

  people(row, open) {
    if (!open.acts.length) return h("p.hint.nobody", {}, t("nobodyNow"));
    return PEOPLE.map((person) => {
      const acts = open.acts.filter((act) => act.actor === person);
      const buttons = acts.flatMap((act) => (act.act === "rider" ? this.rides(row, act, open) : [this.button(row, act, open)]));
      return h(
        `div.person.${person}`,
        {},
        h("h4", {}, t(person)),
        buttons.length ? h("div.buttons", {}, buttons) : h("p.hint", {}, t("nothingNow")),
      );
    });
  }

  button(row, act, open) {
    const more = asksForMore(act, open);
    const look = FIRST_PRESS.includes(act.act) ? ".main" : DANGER.includes(act.act) ? ".danger" : "";
    const pressed = (event) => (more ? ask(row, act, open, this.changed) : this.act(event.currentTarget, row, act, {}));
    return h(`button${look}`, { type: "button", name: act.act, onclick: pressed }, say([act.zh, act.en]), more ? "…" : "");
  }

  /** The rider's next news as a button of its own; everything else in a form. */
  rides(row, act, open) {
    const next = SMOOTH[row.platform].find((code) => open.codes.includes(code));
    const buttons = [];
    if (next !== undefined) {
      const pressed = (event) => this.act(event.currentTarget, row, act, { code: next });
      buttons.push(h("button.main", { type: "button", name: "rider", onclick: pressed }, word("ride", row.platform, next)));
    }
    if (open.codes.length > 1 || next === undefined) {
      buttons.push(h("button", { type: "button", name: "ride", onclick: () => ask(row, act, open, this.changed) }, t("otherNews")));
    }
    return buttons;
  }

  act(button, row, act, args) {
    return press(button, () => call(`/sim/orders/${row.orderId}/${act.act}`, args), this.changed);
  }

  // --- what became of it ---------------------------------------------------------------------------------------------

  refunds(row) {
    const one = (refund) => {
      const parts = refund.items.map((part) => `${row.items[part.line - 1].name} × ${part.quantity}`).join("、");
      const about = refund.scope === "part" ? t("refundPart", parts) : t("refundFull");
      return h(
        "li",
        {},
        h("span.chip.refund", {}, word("refund", row.platform, refund.status)),
        ` ${yuan(refund.amount)} · ${about} · ${refund.reason}`,
        refund.appeal ? h("span.chip.warn", {}, t("appeal")) : null,
      );
    };
    return [h("h4", {}, t("refunds")), h("ul.plainlist", {}, row.refunds.map(one))];
  }

  log(row, log, now) {
    const taken = new Set(log.filter((push) => push.ok).map((push) => push.requestId)).size;
    return [
      h("h4", {}, t("pushesOf")),
      h("p.hint", {}, t("pushesCount", row.messages, taken)),
      h("ul.log", {}, log.map((push) => pushRow(push, now))),
    ];
  }
}

/** One delivery with what the connector said; `more` stands before it. */
export function pushRow(push, now, ...more) {
  const said = noted(push).trim();
  const answer = push.status ? `${push.status} ${push.answer}` : `${t("noAnswer")} ${push.answer}`;
  const after = push.ok ? "" : ` · ${t(push.again ? "pushAgain" : "pushGivenUp")}`;
  return h(
    `li.push${push.ok ? ".ok" : ".bad"}`,
    { "data-ok": String(push.ok) },
    h("span.row", {}, more, h("b", {}, word("push", push.platform, push.type)), said ? h("span", {}, said) : null, h("small", {}, String(push.type))),
    h(
      "span.row.hint",
      {},
      h("span.mark", {}, t(push.ok ? "pushOk" : "pushFailed")),
      push.attempt > 1 ? h("span", {}, t("attempt", push.attempt)) : null,
      h("code", { title: answer }, answer),
      after,
      h("span.when", {}, clock(push.at, now)),
    ),
  );
}
