// Puts the page together and looks at the world every second.
import { PLATFORMS, call, h, lang, show, speak, start, t } from "./base.js";
import { Orders } from "./orders.js";
import { Place } from "./place.js";
import { Side } from "./side.js";

const EVERY = 1000;
const VIEWS = ["place", "orders", "side"];
const box = (id) => document.getElementById(id);

let place, orders, side;
let view = "place";
let last = null;

function look(which) {
  view = which;
  document.body.dataset.view = which;
  showViews();
  if (getComputedStyle(box("views")).display !== "none") scrollTo(0, 0);
}

function showViews() {
  show(box("views"), [view, last?.orders.length], () =>
    VIEWS.map((name) => {
      const count = name === "orders" && last?.orders.length ? h("span.count", {}, String(last.orders.length)) : null;
      const label = t({ place: "viewPlace", orders: "viewOrders", side: "viewSide" }[name]);
      return h("button", { type: "button", ariaPressed: String(name === view), onclick: () => look(name) }, label, count);
    }),
  );
}

function showReach() {
  const seen = PLATFORMS.map((name) => [name, last.reach[name] && { ...last.reach[name], at: 0 }]);
  show(box("reach"), seen, () =>
    seen.map(([name, reach]) => {
      const bad = reach && !reach.ok;
      const key = !reach ? "reachNone" : reach.ok ? "reachOk" : reach.status ? "reachBad" : "reachAway";
      const help = bad ? t("reachHelp", start.platforms[name].pushUrl, reach.answer || reach.status) : "";
      return h(`span.pill.${name}${bad ? ".bad" : reach ? ".ok" : ""}`, { title: help }, t(key, t(name), reach?.status));
    }),
  );
  const gone = seen.filter(([, reach]) => reach && !reach.ok && !reach.status);
  const banner = box("away");
  banner.hidden = !gone.length;
  show(banner, gone, () => gone.map(([name, reach]) => h("p", {}, t("reachHelp", start.platforms[name].pushUrl, reach.answer))));
}

async function refresh() {
  const query = new URLSearchParams();
  if (orders.platform) query.set("platform", orders.platform);
  if (orders.open) query.set("open", orders.open);
  if (side.onlyFailed) query.set("failed", "1");
  try {
    last = await call(`/page/live?${query}`);
  } catch {
    const banner = box("away");
    banner.hidden = false;
    show(banner, "simulator", () => h("p", {}, t("away")));
    return;
  }
  showReach();
  showViews();
  orders.update(last);
  side.update(last);
}

let running = null;

/** One look at a time; who asks meanwhile gets a further one. */
function soon() {
  running = (running || Promise.resolve()).then(refresh).catch((error) => console.error(error));
  return running;
}

async function forever() {
  for (;;) {
    await soon();
    await new Promise((done) => setTimeout(done, EVERY));
  }
}

function opened(id) {
  look("orders");
  orders.choose(id);
  soon();
}

function build() {
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
  document.title = t("title");
  for (const each of document.querySelectorAll("[data-t]")) each.textContent = t(each.dataset.t);
  box("desk").hidden = !start.desk;
  if (start.desk) box("desk").href = start.desk;
  place = new Place(box("place"), { placed: opened, changed: soon, before: place });
  orders = new Orders(box("orders"), { changed: soon, first: () => look("place"), before: orders });
  side = new Side(box("side"), { changed: soon, opened, menuChanged: () => place.load(), before: side });
  look(view);
  if (last) refresh();
}

box("lang").onclick = () => {
  speak(lang === "en" ? "zh" : "en");
  build();
};
build();
forever();
