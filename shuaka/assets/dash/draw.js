"use strict";
// Draws one panel from its answers: lines, a number, or a table. Knows nothing of where they come from.

const COLOURS = [
  "#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#b91c1c", "#65a30d", "#64748b", "#c026d3",
  "#60a5fa", "#facc15", "#34d399", "#f9a8d4", "#a78bfa", "#67e8f9", "#fb7185", "#a16207", "#94a3b8", "#4338ca",
];
const DASHES = [undefined, [8, 3], [2, 3]];
const NAMED = { green: "#059669", orange: "#d97706", red: "#d92d20", blue: "#2563eb" };

// A line's own look: after the last colour come the same ones, dashed.
const colourOf = (index) => COLOURS[index % COLOURS.length];
const dashOf = (index) => DASHES[Math.floor(index / COLOURS.length) % DASHES.length];

function legendOf(template, labels) {
  if (!template || template === "__auto") return Object.entries(labels).filter(([name]) => name !== "__name__").map(([name, value]) => `${name}=${value}`).join(" ") || labels.__name__ || "value";
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

// Ticks at round numbers of what the unit is said in: bytes by powers of two, seconds by minutes and hours.
function incrementsOf(unit) {
  if (unit === "bytes") return Array.from({ length: 50 }, (_, power) => 2 ** power);
  if (unit !== "s") return undefined;
  const small = [-6, -5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((times) => Number(`${times}e${power}`)));
  return [...small, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400, 604800, 2592000];
}

function drawLines(body, panel, lines, range) {
  const defaults = panel.fieldConfig.defaults;
  const stacked = defaults.custom?.stacking?.mode === "normal";
  const plain = aligned(lines);
  const ink = getComputedStyle(body).getPropertyValue("--faint").trim() || "#667085";
  const grid = getComputedStyle(body).getPropertyValue("--line").trim() || "#ddd";
  const order = lines.map((_, index) => index);
  // Of what is stacked, each area ends where the one below begins.
  const bands = stacked ? order.slice(1).map((index) => ({ series: [index + 1, index], fill: `${colourOf(index)}44` })) : [];
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const legend = document.createElement("div");
  const place = document.createElement("div");
  legend.className = "legend";
  body.replaceChildren(place, legend);
  const values = lines.map((line, index) => legendItem(legend, line, index));
  const lasts = lines.map((line) => (line.points.length ? line.points[line.points.length - 1][1] : NaN));
  // At the cursor, else now; of what is stacked each line's own value.
  const tell = (at) => values.forEach((value, index) => {
    value.textContent = ` ${said((at === null ? lasts[index] : plain[index + 1][at]) ?? NaN, defaults.unit, defaults.decimals ?? null)}`;
  });
  tell(null);
  const steps = (defaults.thresholds?.steps || []).filter((step) => step.value !== null);
  return new uPlot({
    width: Math.max(120, body.clientWidth),
    height: Math.max(80, body.clientHeight - legend.offsetHeight),
    legend: { show: false },
    cursor: { points: { show: false }, sync: { key: "shuaka" } },
    scales: { x: { time: true, range: () => range }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.08] } },
    bands,
    axes: [{ ...axis, space: 90, size: 34, values: clock }, { ...axis, size: 84, incrs: incrementsOf(defaults.unit), values: (_, ticks) => ticks.map((tick) => said(tick, defaults.unit)) }],
    series: [{}, ...order.map((index) => ({
      label: lines[index].name, stroke: colourOf(index), dash: dashOf(index), width: 1.5, points: { show: false }, spanGaps: false,
      fill: stacked && index === 0 ? `${COLOURS[0]}44` : undefined,
    }))],
    hooks: { draw: [limitLines(steps)], setCursor: [(plot) => tell(plot.cursor.idx ?? null)] },
  }, stacked ? stackedUp(plain) : plain, place);
}

// Puts a line's mark and name into the legend and returns the place of its value.
function legendItem(legend, line, index) {
  const item = document.createElement("span");
  const mark = document.createElement("i");
  const value = document.createElement("b");
  mark.style.borderTopColor = colourOf(index);
  mark.style.borderTopStyle = dashOf(index) ? "dashed" : "solid";
  item.append(mark, line.name, value);
  legend.append(item);
  return value;
}

function colourAt(value, steps) {
  let colour = steps[0]?.color;
  for (const step of steps) if (step.value === null || value >= step.value) colour = step.color;
  return NAMED[colour] || colour || "inherit";
}

// Every line its own number: one that is bad is seen beside others that are good.
function drawNumbers(body, panel, lines) {
  const defaults = panel.fieldConfig.defaults;
  const steps = defaults.thresholds?.steps || [];
  const known = lines.map((line) => ({ ...line, points: line.points.filter(([, value]) => Number.isFinite(value)) })).filter((line) => line.points.length);
  if (!known.length) return nothing(body);
  const place = document.createElement("div");
  const numbers = Object.assign(document.createElement("div"), { className: "stats" });
  body.replaceChildren(numbers, place);
  const colours = known.map((line) => {
    const last = line.points[line.points.length - 1][1];
    const colour = colourAt(last, steps);
    const number = Object.assign(document.createElement("div"), { className: "stat", textContent: said(last, defaults.unit, defaults.decimals ?? null) });
    number.style.color = colour;
    const item = document.createElement("div");
    if (known.length > 1) item.append(Object.assign(document.createElement("div"), { className: "name", textContent: line.name }));
    item.append(number);
    numbers.append(item);
    return colour;
  });
  numbers.classList.toggle("many", known.length > 1);
  const height = body.clientHeight - numbers.offsetHeight;
  if (height < 24) return null;
  return new uPlot({
    width: Math.max(80, body.clientWidth), height, legend: { show: false }, cursor: { show: false },
    axes: [{ show: false }, { show: false }], scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.05] } },
    series: [{}, ...colours.map((colour, index) => ({ label: known[index].name, stroke: colour, width: 1, fill: `${colour}22`, points: { show: false } }))],
  }, aligned(known), place);
}

function drawTable(body, lines) {
  const names = [...new Set(lines.flatMap((line) => Object.keys(line.labels)))].filter((name) => name !== "__name__" && name !== "job");
  names.sort((one, other) => (other === "instance") - (one === "instance"));
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
  if (panel.type === "stat") return drawNumbers(body, panel, lines);
  if (panel.type === "table") return drawTable(body, lines);
  if (panel.type === "timeseries") return drawLines(body, panel, lines, range);
  return nothing(body, `a panel of type ${panel.type} is not drawn here; Grafana does`);
}
