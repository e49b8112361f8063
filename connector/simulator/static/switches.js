// What goes wrong with pushes and calls, per platform, in words.
import { PLATFORMS, call, h, press, say, start, t, toast, trouble, write } from "./base.js";

const MAIN = [["doubled"], ["late", "late_seconds"], ["shuffled", "shuffle_seconds"], ["lost"]];
const COUNTS = ["late_seconds", "shuffle_seconds", "downgraded_reads", "rate_per_second"];
const FAULTS = ["error", "garbage", "nothing", "stall"];
const EVERY = 4000;
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const name = (key) => say(start.words.switches[key], key);

export class Switches {
  constructor(box) {
    this.box = box;
    this.inputs = {};
    this.states = {};
    this.timer = setInterval(() => this.load(), EVERY);
    this.build();
  }

  stop() {
    clearInterval(this.timer);
  }

  async build() {
    const names = PLATFORMS.filter((platform) => start.platforms[platform].apps.length);
    const values = await call("/sim/switches").catch(() => ({}));
    const of = (platform) => values[start.platforms[platform].apps[0]] || {};
    this.shown ??= names[0];
    this.tabs = h("div.tabs", { role: "tablist" });
    this.groups = Object.fromEntries(names.map((platform) => [platform, this.group(platform, of(platform))]));
    this.box.replaceChildren(h("h2", {}, t("switchesTitle")), this.tabs, ...Object.values(this.groups));
    names.forEach((platform) => this.tabs.append(this.tab(platform)));
    this.look(this.shown);
    names.forEach((platform) => this.counted(platform, of(platform)));
  }

  tab(platform) {
    return h(`button.${platform}`, { type: "button", role: "tab", name: platform, onclick: () => this.look(platform) }, t(platform), h("small"));
  }

  look(platform) {
    this.shown = platform;
    for (const tab of this.tabs.children) tab.ariaSelected = String(tab.name === platform);
    for (const [name, group] of Object.entries(this.groups)) group.hidden = name !== platform;
  }

  async load() {
    const values = await call("/sim/switches").catch(() => null);
    if (!values) return;
    for (const [platform, inputs] of Object.entries(this.inputs)) {
      const found = values[start.platforms[platform].apps[0]];
      for (const [key, input] of Object.entries(inputs)) if (found && !input.busy()) input.put(found[key]);
      this.counted(platform, found || {});
    }
  }

  group(platform, values) {
    this.inputs[platform] = {};
    const rest = Object.keys(start.words.switches).filter((key) => key in values && !MAIN.flat().includes(key));
    const state = h("span.hint.state");
    const off = h("button.plain", { type: "button", name: "off", onclick: (event) => this.off(event.currentTarget, platform) }, t("allOff"));
    const group = h(
      `div.switches.${platform}`,
      {},
      h("div.headline", {}, state, off),
      MAIN.map((keys) => h(`div.switch${keys[1] ? ".two" : ""}`, { "data-switch": keys[0] }, keys.map((key) => this.input(platform, key, values[key])))),
      h("details", {}, h("summary", {}, t("moreSwitches")), rest.map((key) => h("div.switch", { "data-switch": key }, this.input(platform, key, values[key])))),
    );
    this.states[platform] = state;
    return group;
  }

  counted(platform, values) {
    const usual = start.platforms[platform].switches;
    const changed = Object.keys(values).filter((key) => key !== "faults" && !same(values[key], usual[key]));
    const count = changed.length + Object.keys(values.faults || {}).length;
    write(this.states[platform], count ? t("isOn", count) : t("isOff"));
    this.states[platform].classList.toggle("on", count > 0);
    const tab = [...this.tabs.children].find((one) => one.name === platform);
    write(tab.lastChild, count ? ` ${t("isOn", count)}` : "");
  }

  isShare(key, value) {
    return typeof value === "number" && !COUNTS.includes(key);
  }

  async set(platform, changes) {
    try {
      const values = await call("/sim/switches", { platform, ...changes });
      this.counted(platform, values[start.platforms[platform].apps[0]]);
      return values;
    } catch (error) {
      toast(trouble(error), true);
      return null;
    }
  }

  async off(button, platform) {
    await press(button, async () => {
      const { apps, switches } = start.platforms[platform];
      const now = await call("/sim/switches");
      const faults = Object.fromEntries(apps.flatMap((app) => Object.keys(now[app].faults)).map((action) => [action, null]));
      await call("/sim/switches", { ...switches, platform, faults });
      await this.load();
    });
  }

  // --- inputs by the form of the value -------------------------------------------------------------------------------

  input(platform, key, value) {
    const make = this.isShare(key, value) ? this.share : typeof value === "number" ? this.number : typeof value === "boolean" ? this.tick : key === "faults" ? this.faults : this.table;
    const { nodes, put, busy } = make.call(this, key, (found) => this.set(platform, { [key]: found }));
    put(value);
    this.inputs[platform][key] = { put, busy };
    return nodes;
  }

  share(key, set) {
    const slider = h("input", { type: "range", min: 0, max: 100, step: 10, name: key, ariaLabel: name(key) });
    const words = h("output");
    const tell = (percent) => {
      write(words, percent <= 0 ? t("never") : percent >= 100 ? t("always") : t("share", percent));
      words.classList.toggle("on", percent > 0);
    };
    let held = false;
    slider.oninput = () => {
      held = true;
      tell(Number(slider.value));
    };
    slider.onchange = async () => {
      await set(Number(slider.value) / 100);
      held = false;
    };
    const put = (value) => {
      slider.value = Math.round(value * 100);
      tell(Math.round(value * 100));
    };
    return { nodes: [h("label", {}, h("span", {}, name(key)), words, slider)], put, busy: () => held };
  }

  number(key, set) {
    const input = h("input.short", { type: "number", min: 0, step: "any", name: key, ariaLabel: name(key) });
    input.onchange = () => input.value !== "" && input.validity.valid && set(Number(input.value));
    const put = (value) => (input.value = value);
    const label = key.endsWith("_seconds") ? h("label.inline", { title: name(key) }, input, h("span", {}, t("seconds"))) : h("label.inline", {}, h("span", {}, name(key)), input);
    return { nodes: [label], put, busy: () => input === document.activeElement };
  }

  tick(key, set) {
    const input = h("input", { type: "checkbox", name: key });
    input.onchange = () => set(input.checked);
    return { nodes: [h("label.tick", {}, input, h("span", {}, name(key)))], put: (value) => (input.checked = value), busy: () => false };
  }

  table(key, set) {
    const input = h("input", { name: key, ariaLabel: name(key), placeholder: "{}" });
    input.onchange = () => {
      try {
        set(JSON.parse(input.value || "{}"));
      } catch (error) {
        toast(String(error.message), true);
      }
    };
    const put = (value) => (input.value = Object.keys(value).length ? JSON.stringify(value) : "");
    return { nodes: [h("label.field", {}, h("span", {}, name(key)), input)], put, busy: () => input === document.activeElement };
  }

  faults(key, set) {
    const list = h("ul.plainlist");
    const put = (value) => {
      const rows = Object.entries(value).map(([action, fault]) =>
        h(
          "li",
          {},
          `${action}：${t(fault.kind)} × ${fault.times} `,
          h("button.plain", { type: "button", onclick: async () => (await set({ [action]: null })) && list.lastAsked() }, t("faultRemove")),
        ),
      );
      list.replaceChildren(...rows);
    };
    list.lastAsked = () => this.load();
    const action = h("input", { value: "*", name: "fault_action", ariaLabel: t("faultAction"), title: t("faultAction") });
    const kind = h("select", { name: "fault_kind", ariaLabel: name(key) }, FAULTS.map((one) => h("option", { value: one }, t(one))));
    const times = h("input.short", { type: "number", min: 1, value: 1, name: "fault_times", ariaLabel: t("faultTimes"), title: t("faultTimes") });
    const executed = h("input", { type: "checkbox", name: "fault_done" });
    const add = async () => {
      const fault = { kind: kind.value, times: Number(times.value), executed: executed.checked };
      if (await set({ [action.value.trim() || "*"]: fault })) this.load();
    };
    const form = h(
      "div.stack",
      {},
      h("div.fault", {}, action, kind, times),
      h("label.tick", {}, executed, h("span", {}, t("faultDone"))),
      h("button", { type: "button", name: "fault_add", onclick: add }, t("faultAdd")),
    );
    return { nodes: [h("div.stack", {}, h("b", {}, name(key)), list, form)], put, busy: () => false };
  }
}
