// Draws what `data-chart` holds. The numbers are in the table under each picture, too.
(() => {
  const COLOURS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4"];
  const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const round = (value) => value.toLocaleString("en", { maximumFractionDigits: 2 });

  const NONE = "–";
  const WHOLE = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat();

  // How many pixels a label on the axis takes, in its font.
  const measure = document.createElement("canvas").getContext("2d");
  const FONT = "12px system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Noto Sans, sans-serif";
  const widest = (labels) => { measure.font = FONT; return Math.max(0, ...labels.map((each) => measure.measureText(each).width)); };

  // Bars are stacked: each series is drawn up to the sum of those below it, the highest first.
  function stacked(series) {
    const sums = [];
    return series.map((each) => each.values.map((value, i) => (sums[i] = (sums[i] || 0) + value)));
  }

  // Bars of two series side by side, each over half of the place.
  const half = (i) => uPlot.paths.bars({ size: [0.35, 30], align: i ? 1 : -1 });

  function options(chart, element, isBars) {
    const lines = chart.series.map((each, i) => {
      const own = colour(COLOURS[i % COLOURS.length]);
      const line = { label: each.name, stroke: own, width: 2, points: { show: chart.labels.length === 1 } };
      if (isBars) return { ...line, fill: own, paths: uPlot.paths.bars({ size: [0.7, 60] }), value: (_, __, ___, at) => at === null ? NONE : round(each.values[at]) };
      const value = (_, value) => value === null || value === undefined ? NONE : round(value);
      if (chart.kind === "pairs") return { ...line, fill: own, paths: half(i), value };
      return { ...line, dash: DASHES[i % DASHES.length], value };
    });
    const place = (at) => chart.places[at] ?? "";
    const isWhole = chart.series.every((each) => each.values.every(Number.isInteger));
    const thin = { stroke: colour("--chart-grid"), width: 1 };
    const axis = { stroke: colour("--chart-text"), grid: thin, ticks: thin, font: FONT };
    return {
      width: element.clientWidth,
      height: 240,
      scales: { x: { time: false, range: () => [-0.5, chart.labels.length - 0.5] }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(1, (high ?? 0) * 1.05)] } },
      series: [{ label: chart.labelled, value: (_, at) => chart.labels[at] ?? NONE }, ...(isBars ? lines.reverse() : lines)],
      axes: [
        { ...axis, space: widest(chart.places) + 16, incrs: [1, 2, 5, 10, 20, 50, 100, 200], values: (_, places) => places.map(place) },
        { ...axis, size: 70, ...(isWhole ? { incrs: WHOLE } : {}), values: (_, values) => values.map(round) },
      ],
      cursor: { drag: { x: false, y: false } },
    };
  }

  function draw(element) {
    const chart = JSON.parse(element.dataset.chart);
    const isBars = chart.kind === "bars";
    element.hidden = false;
    const values = isBars ? stacked(chart.series).reverse() : chart.series.map((each) => each.values);
    element.plot?.destroy();
    element.plot = new uPlot(options(chart, element, isBars), [chart.labels.map((_, i) => i), ...values], element);
  }

  const charts = () => [...document.querySelectorAll("[data-chart]")];
  const drawAll = () => charts().forEach(draw);

  // Those that came last, with the page or into it; their numbers are closed then.
  function drawNew() {
    for (const each of charts()) if (!each.plot) {
      draw(each);
      for (const numbers of each.parentElement.querySelectorAll("details[data-numbers]")) numbers.open = false;
    }
  }
  drawNew();
  document.addEventListener("htmx:after:swap", drawNew);
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    for (const each of charts()) each.plot.setSize({ width: each.clientWidth, height: 240 });
  });
})();
