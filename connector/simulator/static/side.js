// Right: switches that make pushes misbehave, the log of pushes, shops with today's counts.
import { PLATFORMS, call, h, keep, press, show, start, t, toast, write, yuan } from "./base.js";
import { editMenu } from "./menu.js";
import { pushRow } from "./orders.js";
import { Switches } from "./switches.js";

// What can be done to a shop: the mark that it has afterwards (or no longer), and the two changes with their words.
const CHANGES = {
  eleme: [["removed", ["remove", "remove"], ["restore", "restore"]]],
  meituan: [
    ["closed", ["close", "closeShop"], ["open", "open"]],
    ["controlled", ["control", "control"], ["release", "release"]],
    ["unbound", ["unbind", "unbind"], ["bind", "bind"]],
  ],
};

export class Side {
  constructor(box, { changed, opened, menuChanged, before }) {
    this.changed = changed;
    this.opened = opened;
    this.menuChanged = menuChanged;
    this.onlyFailed = before?.onlyFailed || false;
    before?.switches.stop();
    const switches = h("section.panel");
    this.switches = new Switches(switches);
    this.days = h("div.shops");
    box.replaceChildren(
      switches,
      this.logPanel(),
      h("section.panel", {}, h("h2", {}, t("shopsTitle")), this.days, h("details", {}, h("summary", {}, t("platformEvents")), this.events())),
    );
  }

  update(live) {
    const held = PLATFORMS.filter((name) => live.notReached[name]).map((name) => t("notReached", t(name), live.notReached[name]));
    write(this.waiting, [t("waiting", live.waiting), ...held].join(" · "));
    show(this.log, [live.log, this.onlyFailed], () => this.rows(live));
    const update = (box, day) => this.updateShop(box, day);
    keep(this.days, live.days, (day) => day.shop, (day) => this.shop(day.shop), update);
  }

  // --- the log -------------------------------------------------------------------------------------------------------

  logPanel() {
    const failed = h("input", { type: "checkbox", name: "failed", checked: this.onlyFailed });
    failed.onchange = () => {
      this.onlyFailed = failed.checked;
      this.changed();
    };
    this.waiting = h("p.hint");
    this.log = h("ul.log.long", { tabIndex: 0 });
    const deliver = (event) =>
      press(event.currentTarget, async () => toast(t("delivered", (await call("/sim/pushes/drain", {})).delivered)), this.changed);
    return h(
      "section.panel",
      {},
      h("div.headline", {}, h("h2", {}, t("logTitle")), h("label.tick", {}, failed, h("span", {}, t("onlyFailed")))),
      this.waiting,
      h(
        "div.buttons",
        {},
        h("button", { type: "button", name: "drain", onclick: deliver }, t("deliver")),
        h("button", { type: "button", name: "check", onclick: (event) => press(event.currentTarget, () => this.check()) }, t("check")),
      ),
      this.log,
    );
  }

  rows(live) {
    if (!live.log.length) return [h("li.hint", {}, t(this.onlyFailed ? "noFailed" : "noLog"))];
    const numbers = new Map(live.orders.map((row) => [row.orderId, row.daySn]));
    return live.log.map((push) => {
      const number = numbers.get(push.orderId);
      const label = push.orderId ? (number ? `#${number}` : `…${push.orderId.slice(-4)}`) : t("ofShop", push.shop);
      const badge = push.orderId
        ? h(`button.badge.${push.platform}`, { type: "button", title: push.orderId, onclick: () => this.opened(push.orderId) }, label)
        : h(`span.badge.${push.platform}`, {}, label);
      return pushRow(push, live.now, badge);
    });
  }

  async check() {
    const found = Object.entries(await call("/sim/check", {}));
    const bad = found.filter(([, ways]) => !Object.values(ways).every(Boolean));
    if (!bad.length) toast(t("checkOk"));
    for (const [app] of bad) toast(t("checkBad", app), true);
  }

  // --- shops ---------------------------------------------------------------------------------------------------------

  shop(id) {
    const platform = PLATFORMS.find((name) => start.platforms[name].shops.some((shop) => shop.id === id));
    const shop = start.platforms[platform].shops.find((one) => one.id === id);
    const box = h(`details.shop.${platform}`, {}, h("summary"), h("div.buttons"));
    Object.assign(box, { shop, platform });
    return box;
  }

  updateShop(box, day) {
    const { shop, platform } = box;
    const [summary, buttons] = box.children;
    show(summary, day, () => [
      h(`span.badge.${platform}`, {}, t(platform)),
      h("b", {}, ` ${shop.name} `),
      day.marks.map((mark) => h("span.chip.bad", {}, t(mark))),
      h("span.hint", {}, t("counts", day.orders, day.finished, day.cancelled), " · ", t("money", yuan(day.paid), yuan(day.refunded))),
    ]);
    show(buttons, day.marks, () => [
      CHANGES[platform].map(([mark, to, back]) => this.change(shop, ...(day.marks.includes(mark) ? back : to))),
      h("button", { type: "button", name: "menu", onclick: () => editMenu(shop, this.menuChanged) }, t("editMenu"), "…"),
    ]);
  }

  change(shop, name, key) {
    const pressed = (event) =>
      press(event.currentTarget, async () => {
        await call(`/sim/shops/${encodeURIComponent(shop.id)}/${name}`, {});
        toast(t("changed", `${shop.name} · ${t(key)}`));
      }, this.changed);
    return h("button", { type: "button", name, onclick: pressed }, t(key));
  }

  events() {
    const does = (key, path) => (event) =>
      press(event.currentTarget, async () => {
        await call(path, {});
        toast(t("changed", t(key)));
      }, this.changed);
    return h(
      "div.buttons",
      {},
      h("button", { type: "button", onclick: does("privacy", "/sim/privacy") }, t("privacy")),
      h("button", { type: "button", onclick: does("expire", "/sim/tokens/expire") }, t("expire")),
    );
  }
}
