// Left: a customer orders from the menu or something ready-made; whole stories with one click.
import { PLATFORMS, call, h, press, say, show, start, t, toast, trouble, write, yuan } from "./base.js";

const WAYS = { menu: "byMenu", kind: "byKind", story: "byStory" };
const MENU_EVERY = 4000;
const RANDOM = "random";
const RUSH_PACE = 4;

export class Place {
  constructor(box, { placed, changed, before }) {
    this.box = box;
    this.placed = placed;
    this.changed = changed;
    const first = PLATFORMS.find((name) => start.platforms[name].shops.length) || PLATFORMS[0];
    const fresh = { platform: first, shops: {}, way: "menu", cart: {}, remark: "", kind: "plain", search: "" };
    this.chosen = before?.chosen || { ...fresh, storyKind: "several", leave: false };
    this.entries = before?.entries || [];
    clearInterval(before?.timer);
    this.timer = setInterval(() => this.load(), MENU_EVERY);
    this.asked = 0;
    this.build();
  }

  get platform() {
    return start.platforms[this.chosen.platform];
  }

  get shop() {
    return this.chosen.shops[this.chosen.platform] ?? this.platform.shops[0]?.id;
  }

  build() {
    this.tabs = h("div.tabs.platforms", { role: "tablist" });
    this.body = h("div.stack");
    this.box.replaceChildren(h("h2", {}, t("placeTitle")), this.tabs, this.body);
    this.draw();
  }

  draw() {
    this.tabs.replaceChildren(
      ...PLATFORMS.map((name) =>
        h(
          `button.${name}`,
          {
            type: "button",
            role: "tab",
            ariaSelected: String(name === this.chosen.platform),
            onclick: () => this.turn({ platform: name, cart: {}, kind: "plain", storyKind: "several" }),
          },
          t(name),
        ),
      ),
    );
    if (!this.platform.shops.length) {
      this.body.replaceChildren(h("p.empty", {}, t("noShops")));
      return;
    }
    const parts = { menu: () => this.menu(), kind: () => this.ready(), story: () => this.stories() };
    this.body.replaceChildren(this.shops(), this.ways(), ...parts[this.chosen.way]());
    this.load();
  }

  turn(changes) {
    Object.assign(this.chosen, changes);
    this.draw();
  }

  shops() {
    const options = this.platform.shops.map((shop) =>
      h("option", { value: shop.id, selected: shop.id === this.shop }, shop.name),
    );
    const select = h("select", { name: "shop" }, options);
    select.onchange = () => {
      this.chosen.shops[this.chosen.platform] = this.platform.shops[select.selectedIndex].id;
      this.turn({ cart: {} });
    };
    return h("label.field", {}, h("span", {}, t("shop")), select);
  }

  ways() {
    return h(
      "div.segments",
      {},
      Object.entries(WAYS).map(([way, key]) =>
        h("button", { type: "button", name: way, ariaPressed: String(way === this.chosen.way), onclick: () => this.turn({ way }) }, t(key)),
      ),
    );
  }

  // --- from the menu -------------------------------------------------------------------------------------------------

  menu() {
    this.dishes = h("ul.menu");
    this.notes = h("ul.menu");
    const remark = h("input", { name: "remark", value: this.chosen.remark, placeholder: t("remarkHint"), maxLength: 100 });
    remark.oninput = () => (this.chosen.remark = remark.value);
    this.pay = h("button.main.wide", { type: "button", name: "order", onclick: () => this.order(this.bought()) });
    this.sum = h("p.hint");
    this.entriesShown();
    return [
      this.dishes,
      h("details", {}, h("summary", {}, t("notes")), this.notes),
      h("label.field", {}, h("span", {}, t("remark")), remark),
      h("div.pay", {}, this.sum, this.pay),
    ];
  }

  async load() {
    if (this.shop === undefined || this.chosen.way !== "menu") return;
    const shop = this.shop;
    const found = await call(`/sim/menu?shop=${encodeURIComponent(shop)}`).catch(() => null);
    if (!found || shop !== this.shop) return;
    this.entries = found;
    this.entriesShown();
  }

  entriesShown() {
    if (this.chosen.way !== "menu" || !this.dishes) return;
    for (const entry of this.entries) {
      if (!this.sold(entry)) delete this.chosen.cart[entry.dish];
    }
    const [priced, free] = [this.entries.filter((one) => one.price), this.entries.filter((one) => !one.price)];
    show(this.dishes, [priced, this.chosen.cart], () => priced.map((entry) => this.dish(entry)));
    show(this.notes, [free, this.chosen.cart], () => free.map((entry) => this.dish(entry)));
    this.priced(this.bought());
  }

  sold(entry) {
    return entry.onSale && entry.stock !== 0;
  }

  dish(entry) {
    const count = this.chosen.cart[entry.dish] || 0;
    const sold = this.sold(entry);
    const state = !entry.onSale ? t("offSale") : entry.stock === 0 ? t("soldOut") : entry.stock ? t("leftOf", entry.stock) : "";
    const step = (more) => {
      const dish = entry.dish;
      this.chosen.cart[dish] = Math.max(0, Math.min(99, (this.chosen.cart[dish] || 0) + more));
      this.entriesShown();
      const name = more > 0 || !this.chosen.cart[dish] ? "more" : "less";
      this.box.querySelector(`[data-dish="${dish}"] [name=${name}]`)?.focus({ preventScroll: true });
    };
    return h(
      sold ? "li" : "li.off",
      { "data-dish": entry.dish },
      h("span.name", {}, entry.name, state ? h("small", {}, ` ${state}`) : null),
      entry.price ? h("span.price", {}, yuan(entry.price)) : null,
      h(
        "span.steps",
        {},
        count ? h("button", { type: "button", name: "less", ariaLabel: t("less", entry.name), onclick: () => step(-1) }, "−") : null,
        count ? h("b", {}, String(count)) : null,
        h("button", { type: "button", name: "more", disabled: !sold, ariaLabel: t("more", entry.name), onclick: () => step(1) }, "+"),
      ),
    );
  }

  bought() {
    const items = Object.entries(this.chosen.cart)
      .filter(([, quantity]) => quantity)
      .map(([dish, quantity]) => ({ dish: Number(dish), quantity }));
    return items.length ? { shop: this.shop, items, remark: this.chosen.remark } : null;
  }

  // --- ready-made ----------------------------------------------------------------------------------------------------

  kinds(name, wanted, extra = []) {
    const pairs = [...Object.entries(this.platform.kinds), ...extra];
    return h("select", { name }, pairs.map(([key, pair]) => h("option", { value: key, selected: key === wanted }, say(pair))));
  }

  ready() {
    const select = this.kinds("kind", this.chosen.kind, [[RANDOM, [t(RANDOM), t(RANDOM)]]]);
    this.lines = h("ul.plainlist");
    this.sum = h("p.hint");
    this.pay = h("button.main.wide", { type: "button", name: "order" });
    const asked = () => ({ shop: this.shop, kind: this.chosen.kind });
    this.pay.onclick = () => this.order(asked());
    select.onchange = () => {
      this.chosen.kind = select.value;
      this.priced(asked());
    };
    this.priced(asked());
    return [h("label.field", {}, h("span", {}, t("kind")), select), this.lines, h("div.pay", {}, this.sum, this.pay)];
  }

  /** Says what it would cost, as the platform itself counts it. */
  async priced(asked) {
    const number = ++this.asked;
    const { pay, sum, lines } = this;
    if (!asked) {
      pay.disabled = true;
      write(pay, t("orderNothing"));
      write(sum, "");
      return;
    }
    const found = await call("/page/price", asked).catch((error) => ({ wrong: trouble(error) }));
    if (number !== this.asked) return;
    pay.disabled = Boolean(found.wrong);
    write(pay, t("order", found.wrong ? "" : yuan(found.paid)));
    const less = found.reductions ? t("reduced", yuan(found.reductions)) : "";
    write(sum, found.wrong || t("sum", yuan(found.goods), yuan(found.fees)) + less);
    if (this.chosen.way !== "kind" || found.wrong) return;
    const bought = found.lines.map((line) => h("li", {}, `${line.name} × ${line.quantity}`));
    lines.replaceChildren(...bought, ...(found.remark ? [h("li.hint", {}, `${t("remark")}：${found.remark}`)] : []));
  }

  async order(asked) {
    const done = await press(this.pay, async () => {
      const row = await call("/sim/orders", asked);
      toast(t("ordered", t(row.platform), row.daySn));
      this.placed(row.orderId);
    });
    if (!done) return;
    this.turn({ cart: {}, remark: "" });
  }

  // --- stories -------------------------------------------------------------------------------------------------------

  stories() {
    const kind = this.kinds("storyKind", this.chosen.storyKind);
    kind.onchange = () => (this.chosen.storyKind = kind.value);
    const leave = h("input", { type: "checkbox", name: "leave", checked: this.chosen.leave });
    leave.onchange = () => (this.chosen.leave = leave.checked);
    const search = h("input", { type: "search", placeholder: t("storySearch"), ariaLabel: t("storySearch"), value: this.chosen.search });
    const list = h("ul.stories");
    const filter = () => {
      this.chosen.search = search.value;
      const wanted = search.value.trim().toLowerCase();
      const found = Object.entries(this.platform.scenarios).filter(([name, pair]) => `${name} ${pair.join(" ")}`.toLowerCase().includes(wanted));
      list.replaceChildren(...found.map(([name, pair]) => h("li", {}, this.story(name, pair))));
    };
    search.oninput = filter;
    filter();
    return [
      h("p.hint", {}, t("storyHint")),
      h("label.field", {}, h("span", {}, t("storyKind")), kind),
      h("label.tick", {}, leave, h("span", {}, t("storyLeave"))),
      h("button.wide", { type: "button", name: "rush", onclick: (event) => this.rush(event.currentTarget) }, t("rush")),
      search,
      list,
    ];
  }

  story(name, pair) {
    const play = async () => {
      const given = { shop: this.shop, kind: this.chosen.storyKind, ...this.pace() };
      const played = await call(`/sim/scenarios/${name}`, given);
      toast([t(this.chosen.leave ? "storyStarted" : "storyPlayed", say(pair)), ...played.refused].join(" · "), Boolean(played.refused.length));
      this.placed(played.orderId);
    };
    return h("button", { type: "button", name, onclick: (event) => press(event.currentTarget, play) }, say(pair));
  }

  /** All at once and dated back, or from now on where somebody else must have the time to act. */
  pace() {
    return this.chosen.leave ? { merchant: false, ago: 0 } : { merchant: true };
  }

  rush(button) {
    return press(button, async () => {
      const quick = this.chosen.leave ? { pace: RUSH_PACE } : {};
      const played = await call("/sim/plan", { platform: this.chosen.platform, ...this.pace(), ...quick });
      toast(t(this.chosen.leave ? "rushStarted" : "rushPlayed", played.orders.length));
      this.changed();
    });
  }
}
