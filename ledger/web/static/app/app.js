// Enhances pages that work without it: theme, keys, charts, slider. No inline code, no eval.
"use strict";

(() => {
  const root = document.documentElement;
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const each = (within, what, act) => within.querySelectorAll(what).forEach(act);

  function options(told) {
    const ink = colour("--ink-2");
    const axis = {
      axisLine: { lineStyle: { color: colour("--line-2") } },
      axisTick: { show: false },
      axisLabel: { color: ink },
      splitLine: { lineStyle: { color: colour("--line") } },
    };
    const shared = {
      color: ["--blue", "--green", "--seal", "--amber", "--violet", "--ink-3", "--red"].map(colour),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      // Drawn, not put into the page: the security policy forbids style attributes.
      tooltip: { trigger: told.pie ? "item" : "axis", renderMode: "richText", confine: true },
      aria: { enabled: true },
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 300,
    };
    if (told.pie) {
      return {
        ...shared,
        legend: { orient: "vertical", right: 6, top: "middle", textStyle: { color: ink }, formatter: (name) => `${name}  ${told.pie.find((one) => one.name === name).value.toLocaleString()}` },
        series: [{ type: "pie", radius: ["50%", "76%"], center: ["32%", "50%"], label: { show: false }, itemStyle: { borderColor: colour("--card"), borderWidth: 2 }, data: told.pie.map((one) => ({ ...one, itemStyle: { color: colour(`--${one.tone}`) } })) }],
      };
    }
    const second = told.series.some((one) => one.line);
    return {
      ...shared,
      legend: { type: "scroll", left: 64, right: 8, top: 0, textStyle: { color: ink } },
      grid: { left: 8, right: 8, top: 34, bottom: 2, containLabel: true },
      xAxis: { type: "category", data: told.labels, ...axis },
      yAxis: [{ type: "value", ...axis }].concat(second ? [{ type: "value", ...axis, minInterval: 1, splitLine: { show: false } }] : []),
      series: told.series.map((one) => ({ name: one.name, type: one.line ? "line" : "bar", stack: told.stacked ? "all" : undefined, yAxisIndex: one.line ? 1 : 0, data: one.values, barMaxWidth: 26, symbolSize: 7 })),
    };
  }

  function draw(box) {
    if (!window.echarts) return;
    box.hidden = false;
    const chart = echarts.getInstanceByDom(box) || echarts.init(box);
    chart.setOption(options(JSON.parse(box.dataset.chart)), true);
  }

  function slide(range) {
    const told = JSON.parse(range.dataset.steps);
    const tell = () => { const output = range.form.querySelector("output"); if (output) output.textContent = told[range.value - 1]; };
    range.addEventListener("input", tell);
    range.addEventListener("change", () => range.form.requestSubmit());
    each(range.form, "[data-no-script]", (one) => { one.hidden = true; });
  }

  function drop(zone) {
    const field = zone.querySelector("input[type=file]");
    const over = (is) => (event) => { event.preventDefault(); zone.classList.toggle("over", is); };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      if (!event.dataTransfer.files.length) return;
      field.files = event.dataTransfer.files;
      field.form.requestSubmit();
    });
  }

  // The browser's own words for a file field are in the browser's language: ours are in the page's.
  function choose(shown) {
    const field = shown.parentElement.querySelector("input[type=file]");
    field.classList.add("hidden-text");
    shown.hidden = false;
    field.addEventListener("change", () => { shown.querySelector("output").textContent = field.files[0]?.name ?? ""; });
  }

  function enhance(within) {
    each(within, "[data-chart]", draw);
    each(within, "input[data-steps]", slide);
    each(within, "[data-submit-on-change]", (field) => field.addEventListener("change", () => field.form.requestSubmit()));
    each(within, "[data-drop]", drop);
    each(within, "[data-chosen]", choose);
    each(within, "[data-focus]", (one) => one.focus());
    each(within, "[data-back]", (button) => { button.hidden = history.length < 2; button.addEventListener("click", () => history.back()); });
    each(within, "[data-print]", (button) => { button.hidden = false; button.addEventListener("click", () => print()); });
  }

  addEventListener("DOMContentLoaded", () => {
    enhance(document);
    // On a telephone the menu is a strip: where one is must be in sight.
    const here = document.querySelector(".side [aria-current]");
    if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 12;
    document.body.addEventListener("click", (event) => {
      if (event.target.closest("[data-theme-switch]")) {
        root.dataset.theme = dark() ? "light" : "dark";
        document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
        each(document, "[data-chart]", draw);
      } else if (event.target.closest("[data-keys]")) {
        document.querySelector("#keys").showModal();
      }
      each(document, "details.who[open]", (one) => { if (!one.contains(event.target)) one.open = false; });
    });
    each(document, "[data-theme-switch], [data-keys]", (one) => { one.hidden = false; });
    addEventListener("resize", () => each(document, "[data-chart]", (box) => window.echarts?.getInstanceByDom(box)?.resize()));
  });

  document.addEventListener("htmx:configRequest", (event) => {
    // Criteria that say nothing stay out of the address, so that it can be shared.
    const asked = event.detail.formData;
    if (asked && event.detail.verb === "get") [...asked.keys()].forEach((name) => { if (!asked.getAll(name).some(Boolean)) asked.delete(name); });
  });
  // Whoever works without a mouse stays where they were; where that is gone, at the answer.
  let keyed = false;
  document.addEventListener("htmx:beforeSwap", () => { keyed = document.activeElement !== document.body; });
  document.addEventListener("htmx:afterSettle", (event) => {
    each(document, "#tools [data-theme-switch], #tools [data-keys]", (one) => { one.hidden = false; });
    const answer = document.getElementById(event.detail.target.id);
    enhance(answer || document);
    if (keyed && document.activeElement === document.body) answer?.focus({ preventScroll: true });
    const count = answer?.querySelector("[data-count]");
    if (count) document.getElementById("told").textContent = count.textContent;
  });
  // Whatever is no page to be put in here is shown whole, with its own words.
  document.addEventListener("htmx:responseError", (event) => location.assign(event.detail.pathInfo.finalRequestPath || event.detail.pathInfo.requestPath));

  let row = -1;
  addEventListener("keydown", (event) => {
    const typing = event.key !== "Escape" && event.target.matches?.("input:not([type=range]), select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const rows = [...document.querySelectorAll("[data-href]")];
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector(".find input")?.focus();
    } else if (event.key === "Escape") {
      each(document, "details.who[open], details.exhibit[open]", (one) => { one.open = false; one.querySelector("summary").focus(); });
    } else if (event.key === "?") {
      document.querySelector("#keys")?.showModal();
    } else if (event.key === "j" || event.key === "k") {
      row = Math.max(0, Math.min(rows.length - 1, row + (event.key === "j" ? 1 : -1)));
      rows[row]?.querySelector("a")?.focus();
    } else if (event.key === "[" || event.key === "]") {
      document.querySelector(event.key === "[" ? "[data-earlier][href]" : "[data-later][href]")?.click();
    }
  });
})();
