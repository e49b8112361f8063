// The merchant keeps a shop's menu in his own app: codes, what is on sale, what is left.
import { call, h, t, trouble, yuan } from "./base.js";

/** Opens the menu of a shop; each change is kept at once, `changed` is called after it. */
export async function editMenu(shop, changed) {
  const dialog = document.getElementById("asking");
  const wrong = h("p.wrong", { role: "alert", hidden: true });
  const keep = async (dish, change) => {
    wrong.hidden = true;
    try {
      await call("/sim/menu", { shop: shop.id, dish, ...change });
      changed();
    } catch (error) {
      wrong.textContent = trouble(error);
      wrong.hidden = false;
    }
  };
  const entries = await call(`/sim/menu?shop=${encodeURIComponent(shop.id)}`).catch((error) => {
    wrong.textContent = trouble(error);
    wrong.hidden = false;
    return [];
  });
  const head = h("tr", {}, h("th"), ...["onSale", "stock", "code"].map((key) => h("th", {}, t(key))));
  dialog.replaceChildren(
    h(
      "div.stack",
      {},
      h("h3", {}, t("menuOf", shop.name)),
      h("div.scroll", {}, h("table.edit", {}, head, entries.map((entry) => row(entry, keep)))),
      wrong,
      h("div.buttons.end", {}, h("button.main", { type: "button", onclick: () => dialog.close() }, t("close"))),
    ),
  );
  dialog.showModal();
}

function row(entry, keep) {
  const sale = h("input", { type: "checkbox", checked: entry.onSale, ariaLabel: `${t("onSale")} ${entry.name}` });
  sale.onchange = () => keep(entry.dish, { onSale: sale.checked });
  const stock = h("input", { type: "number", min: 0, value: entry.stock ?? "", placeholder: t("anyStock"), ariaLabel: `${t("stock")} ${entry.name}` });
  stock.onchange = () => keep(entry.dish, { stock: stock.value === "" ? null : Number(stock.value) });
  const code = h("input", { value: entry.code, maxLength: 40, ariaLabel: `${t("code")} ${entry.name}` });
  code.onchange = () => keep(entry.dish, { code: code.value.trim() });
  return h("tr", {}, h("td", {}, entry.name, h("small.hint", {}, ` ${yuan(entry.price)}`)), ...[sale, stock, code].map((input) => h("td", {}, input)));
}
