// Enhances pages that work without it: theme, keyboard, charts. No inline code, no eval.
"use strict";

(function () {
  const root = document.documentElement;
  const stored = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (stored) root.dataset.theme = stored;
  else if (matchMedia("(prefers-color-scheme: dark)").matches) root.dataset.theme = "dark";

  function colour(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }

  function draw(box) {
    if (!window.echarts) return;
    const told = JSON.parse(box.dataset.chart);
    const chart = echarts.getInstanceByDom(box) || echarts.init(box);
    const axis = { axisLine: { lineStyle: { color: colour("--line-2") } }, axisLabel: { color: colour("--ink-2") }, splitLine: { lineStyle: { color: colour("--line") } } };
    const palette = ["--blue", "--seal", "--green", "--amber", "--ink-3"].map(colour);
    const common = { color: palette, textStyle: { fontFamily: "inherit" }, tooltip: { trigger: told.pie ? "item" : "axis" }, legend: { right: 8, top: 0, textStyle: { color: colour("--ink-2") } }, aria: { enabled: true } };
    chart.setOption(told.pie
      ? { ...common, series: [{ type: "pie", radius: ["48%", "72%"], center: ["34%", "52%"], label: { show: false }, data: told.pie }], legend: { ...common.legend, orient: "vertical", top: "middle" } }
      : { ...common, grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true }, xAxis: { type: "category", data: told.labels, ...axis }, yAxis: told.series.map((_, at) => ({ type: "value", ...axis, splitLine: { show: at === 0, ...axis.splitLine } })),
          series: told.series.map((one, at) => ({ name: one.name, type: one.line ? "line" : "bar", yAxisIndex: at, data: one.values, barMaxWidth: 26, smooth: false })) }, true);
  }
  function drawAll(within) { within.querySelectorAll("[data-chart]").forEach(draw); }

  addEventListener("DOMContentLoaded", () => {
    drawAll(document);
    document.querySelectorAll("[data-theme-switch]").forEach((button) => button.addEventListener("click", () => {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a private window keeps nothing */ }
      drawAll(document);
    }));
    document.querySelectorAll("[data-submit-on-change]").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));
    document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
    document.querySelectorAll("[data-close]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
  });
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.target));
  addEventListener("resize", () => document.querySelectorAll("[data-chart]").forEach((box) => window.echarts && echarts.getInstanceByDom(box)?.resize()));

  let row = -1;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const rows = [...document.querySelectorAll("tbody tr[data-href]")];
    if (event.key === "/") { event.preventDefault(); document.querySelector(".find input")?.focus(); }
    else if (event.key === "?") document.querySelector("dialog#keys")?.showModal();
    else if (event.key === "j" || event.key === "k") {
      row = Math.max(0, Math.min(rows.length - 1, row + (event.key === "j" ? 1 : -1)));
      rows[row]?.querySelector("a")?.focus();
    }
  });
})();
