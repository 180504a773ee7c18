"use strict";
/* Draws the charts of the page's own JSON with uPlot. Nothing is fetched and no figure is computed here: only where it
   goes. Paper is finer than a screen, so canvases have at least two dots a pixel. */
(() => {
  const { figures, words } = JSON.parse(document.getElementById("data").textContent);
  const INK = "#1b1f24", SOFT = "#5b6570", GRID = "#e6e9ed";
  const COLOURS = ["#56a0d3", "#0b5394", "#c2410c", "#7a5195", "#00734f"]; /* told apart by the colour-blind, and in grey */
  const AREAS = ["#9cc9e8", "#c2410c", "#1b1f24"];
  const WIDTHS = [1.8, 1.4, 2.2, 1.2, 1.6];
  const SHADES = { warmup: "rgba(91,101,112,.14)", drain: "rgba(91,101,112,.14)", fault: "rgba(194,65,12,.13)", left_out: "rgba(194,65,12,.06)", unstated: "rgba(91,101,112,.1)" };
  const HEIGHT = 200;
  const CROWDED = 150;
  const FONT = '10px "Noto Sans", Arial, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
  const NINES = [0, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999];
  const nines = (share) => -Math.log10(1 - share);

  const short = (value) => value == null ? "–" : String(Number(value.toPrecision(3)));
  const ratio = () => devicePixelRatio;

  function paths(look) {
    if (look === "step") return uPlot.paths.stepped({ align: 1 });
    if (look === "dots") return () => null;
    return look === "area" ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
  }

  /* What a stacked chart draws: each line upon the ones before. */
  function stacked(lines) {
    const below = new Array(lines[0].values.length).fill(0);
    return lines.map((line) => line.values.map((value, at) => (below[at] += value ?? 0)));
  }

  /* A step lasts until the next one, also where after it nothing may be said. */
  function held(line) {
    return line.look === "step" ? line.values.map((value, at) => value ?? line.values[at - 1] ?? null) : line.values;
  }

  function series(line, chart) {
    const colour = (line.look === "area" ? AREAS : COLOURS)[line.colour];
    const dots = line.look === "dots";
    return {
      label: words[`line.${line.name}`], class: line.listed ? "listed" : "unlisted", stroke: colour, fill: line.look === "area" ? colour : undefined,
      width: dots || line.look === "area" ? 0 : WIDTHS[line.colour], dash: line.dashed ? [5, 3] : undefined,
      paths: paths(line.look), value: (_, __, nth, at) => at == null ? "" : `: ${short(chart.lines[nth - 1].values[at])}`,
      points: dots || (chart.name === "load_curve") ? { show: true, size: chart.x.length > CROWDED ? 2 : 4, fill: colour, stroke: colour, width: 1 } : { show: false },
    };
  }

  function scales(chart) {
    const levels = chart.rules.map((rule) => rule.at);
    const span = (_, low, high) => {
      const from = Math.min(low ?? Infinity, ...levels), to = Math.max(high ?? -Infinity, ...levels);
      if (!Number.isFinite(from)) return chart.log ? [1, 10] : [0, 1];
      return chart.log ? uPlot.rangeLog(from, to, 10, false) : [0, to > 0 ? to * 1.08 : 1];
    };
    const last = chart.x[chart.x.length - 1];
    const x = chart.x_axis === "offered_per_s" ? [0, last * 1.05] : [Math.min(0, chart.x[0]), last];
    return { x: { time: false, range: () => x }, y: { distr: chart.log ? 3 : 1, log: 10, range: span } };
  }

  function axes(chart) {
    const look = { stroke: SOFT, font: FONT, labelFont: FONT, labelSize: 15, grid: { stroke: GRID, width: 1 }, ticks: { stroke: GRID, size: 4 } };
    const x = { ...look, size: 22, label: words[`axis.${chart.x_axis}`] };
    if (chart.x_axis === "percentile") {
      const shown = NINES.filter((share) => nines(share) <= chart.x[chart.x.length - 1]);
      x.splits = () => shown.map(nines);
      x.values = () => shown.map((share) => share === 0.95 ? "" : String(Number((share * 100).toFixed(2))));
    }
    const decades = (_, splits) => splits.map((value) => chart.log && !/^1e/.test(value.toExponential()) ? null : value);
    const y = { ...look, size: 42, label: words[`axis.${chart.y_axis}`], values: (_, splits) => splits.map((value) => value == null ? "" : short(value)) };
    y.grid = { ...look.grid, filter: decades };
    y.ticks = { ...look.ticks, filter: decades };
    y.filter = decades;
    return [x, y];
  }

  /* Warm-up, drain and faults, under everything else. */
  function shade(chart) {
    return (u) => {
      const { left, top, width, height } = u.bbox;
      for (const band of chart.bands) {
        const from = Math.max(u.valToPos(band.from_x, "x", true), left);
        const to = Math.min(u.valToPos(band.to_x, "x", true), left + width);
        if (to <= from) continue;
        u.ctx.save();
        u.ctx.fillStyle = SHADES[band.name];
        u.ctx.fillRect(from, top, to - from, height);
        write(u, words[`line.${band.name}`], from + 3 * ratio(), top + 10 * ratio(), to - from, SOFT);
        u.ctx.restore();
      }
    };
  }

  /* What was promised, over everything else. */
  function promise(chart) {
    return (u) => {
      const { left, width } = u.bbox;
      for (const rule of chart.rules) {
        const y = u.valToPos(rule.at, "y", true);
        u.ctx.save();
        u.ctx.strokeStyle = INK;
        u.ctx.lineWidth = ratio();
        u.ctx.setLineDash([8 * ratio(), 4 * ratio()]);
        u.ctx.beginPath();
        u.ctx.moveTo(left, y);
        u.ctx.lineTo(left + width, y);
        u.ctx.stroke();
        const below = rule === chart.rules[0]; /* the tighter one, so that both can be read */
        write(u, `${words[`line.${rule.name}`]} ${short(rule.at)}`, left + width - 4 * ratio(), y + (below ? 9 : -3) * ratio(), width, INK, "right");
        u.ctx.restore();
      }
    };
  }

  function write(u, text, x, y, room, colour, align = "left") {
    u.ctx.font = FONT.replace("10px", `${9 * ratio()}px`);
    u.ctx.fillStyle = colour;
    u.ctx.textAlign = align;
    u.ctx.textBaseline = "alphabetic";
    if (u.ctx.measureText(text).width <= room) u.ctx.fillText(text, x, y);
  }

  function draw(chart) {
    const place = document.getElementById(`plot-${chart.name}`);
    const values = chart.stacked ? stacked(chart.lines) : chart.lines.map(held);
    const bands = chart.stacked ? chart.lines.slice(1).map((line, at) => ({ series: [at + 2, at + 1], fill: AREAS[line.colour] })) : [];
    const options = {
      width: place.clientWidth, height: HEIGHT, padding: [8, 8, 0, 0], bands,
      series: [{}, ...chart.lines.map((line) => series(line, chart))], scales: scales(chart), axes: axes(chart),
      cursor: { y: false, points: { size: 5 }, sync: chart.x_axis === "seconds" ? { key: "seconds" } : undefined, drag: { x: false, y: false } },
      legend: { markers: { width: 0, fill: (_, nth) => (chart.lines[nth - 1]?.look === "area" ? AREAS : COLOURS)[chart.lines[nth - 1]?.colour] } },
      hooks: { drawClear: [shade(chart)], draw: [promise(chart)] },
    };
    const plot = new uPlot(options, [chart.x, ...values], place);
    new ResizeObserver(() => {
      if (place.clientWidth && !matchMedia("print").matches) plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }).observe(place);
  }

  figures.charts.forEach(draw);
})();
