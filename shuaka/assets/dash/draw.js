"use strict";
// Draws one panel from its answers: lines, a number, or a table. Knows nothing of where they come from.

const COLOURS = ["#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#b91c1c", "#65a30d", "#475569", "#c026d3"];
const NAMED = { green: "#059669", orange: "#d97706", red: "#d92d20", blue: "#2563eb" };

function legendOf(template, labels) {
  if (!template) return Object.entries(labels).filter(([name]) => name !== "__name__").map(([name, value]) => `${name}=${value}`).join(" ") || labels.__name__ || "value";
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? "");
}

// Every line on the same moments: uPlot wants one x for all. A moment that a line lacks is a gap.
function aligned(lines) {
  const moments = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
  const place = new Map(moments.map((at, index) => [at, index]));
  const columns = lines.map((line) => {
    const column = new Array(moments.length).fill(null);
    for (const [at, value] of line.points) if (Number.isFinite(value)) column[place.get(at)] = value;
    return column;
  });
  return [moments, ...columns];
}

function stackedUp(data) {
  const [moments, ...columns] = data;
  const sums = new Array(moments.length).fill(0);
  return [moments, ...columns.map((column) => column.map((value, at) => (sums[at] += value ?? 0)))];
}

// 24 hours, and seconds only where they tell something.
function clock(_, ticks, __, ___, step) {
  const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(step < 60 ? { second: "2-digit" } : {}) };
  return ticks.map((at) => new Date(at * 1000).toLocaleTimeString([], shape));
}

function limitLines(steps) {
  return (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { value, color } of steps) {
      if (value === null) continue;
      const y = plot.valToPos(value, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = NAMED[color] || color;
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  };
}

function drawLines(body, panel, lines, range) {
  const defaults = panel.fieldConfig.defaults;
  const stacked = defaults.custom?.stacking?.mode === "normal";
  const plain = aligned(lines);
  const ink = getComputedStyle(body).getPropertyValue("--faint").trim() || "#667085";
  const grid = getComputedStyle(body).getPropertyValue("--line").trim() || "#ddd";
  const order = lines.map((_, index) => index);
  // Of what is stacked, each area ends where the one below begins.
  const bands = stacked ? order.slice(1).map((index) => ({ series: [index + 1, index], fill: `${COLOURS[index % COLOURS.length]}44` })) : [];
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const legend = document.createElement("div");
  const place = document.createElement("div");
  legend.className = "legend";
  body.replaceChildren(place, legend);
  lines.forEach((line, index) => legend.append(legendItem(line, COLOURS[index % COLOURS.length], defaults)));
  const steps = (defaults.thresholds?.steps || []).filter((step) => step.value !== null);
  return new uPlot({
    width: Math.max(120, body.clientWidth),
    height: Math.max(80, body.clientHeight - Math.min(62, legend.offsetHeight)),
    legend: { show: false },
    cursor: { points: { show: false }, sync: { key: "shuaka" } },
    scales: { x: { time: true, range: () => range }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.08] } },
    bands,
    axes: [{ ...axis, values: clock }, { ...axis, size: 84, values: (_, ticks) => ticks.map((tick) => said(tick, defaults.unit)) }],
    series: [{}, ...order.map((index) => ({
      label: lines[index].name, stroke: COLOURS[index % COLOURS.length], width: 1.5, points: { show: false }, spanGaps: false,
      fill: stacked && index === 0 ? `${COLOURS[0]}44` : undefined,
    }))],
    hooks: { draw: [limitLines(steps)] },
  }, stacked ? stackedUp(plain) : plain, place);
}

function legendItem(line, colour, defaults) {
  const item = document.createElement("span");
  const mark = document.createElement("i");
  const value = document.createElement("b");
  mark.style.background = colour;
  const last = line.points.length ? line.points[line.points.length - 1][1] : NaN;
  value.textContent = ` ${said(last, defaults.unit, defaults.decimals ?? null)}`;
  item.append(mark, line.name, value);
  return item;
}

function colourAt(value, steps) {
  let colour = steps[0]?.color;
  for (const step of steps) if (step.value === null || value >= step.value) colour = step.color;
  return NAMED[colour] || colour || "inherit";
}

function drawNumber(body, panel, lines) {
  const defaults = panel.fieldConfig.defaults;
  const points = lines[0].points.filter(([, value]) => Number.isFinite(value));
  if (!points.length) return nothing(body);
  const last = points[points.length - 1][1];
  const number = document.createElement("div");
  const place = document.createElement("div");
  number.className = "stat";
  number.textContent = said(last, defaults.unit, defaults.decimals ?? null);
  const colour = colourAt(last, defaults.thresholds?.steps || []);
  number.style.color = colour;
  body.replaceChildren(number, place);
  const height = body.clientHeight - number.offsetHeight;
  if (height < 24) return null;
  return new uPlot({
    width: Math.max(80, body.clientWidth), height, legend: { show: false }, cursor: { show: false },
    axes: [{ show: false }, { show: false }], scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.05] } },
    series: [{}, { stroke: colour, width: 1, fill: `${colour}22`, points: { show: false } }],
  }, [points.map(([at]) => at), points.map(([, value]) => value)], place);
}

function drawTable(body, lines) {
  const names = [...new Set(lines.flatMap((line) => Object.keys(line.labels)))].filter((name) => name !== "__name__" && name !== "job");
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of names) head.append(Object.assign(document.createElement("th"), { textContent: name }));
  const rows = table.createTBody();
  for (const line of lines) {
    const row = rows.insertRow();
    for (const name of names) row.insertCell().textContent = line.labels[name] ?? "";
  }
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.append(table);
  body.replaceChildren(scroll);
  return null;
}

function nothing(body, words = "no data / 无数据") {
  body.replaceChildren(Object.assign(document.createElement("div"), { className: "none", textContent: words }));
  return null;
}

function draw(body, panel, lines, range) {
  if (!lines.length) return nothing(body);
  if (panel.type === "stat") return drawNumber(body, panel, lines);
  if (panel.type === "table") return drawTable(body, lines);
  if (panel.type === "timeseries") return drawLines(body, panel, lines, range);
  return nothing(body, `a panel of type ${panel.type} is not drawn here; Grafana does`);
}
