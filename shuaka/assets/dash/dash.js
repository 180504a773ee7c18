"use strict";
// Reads a dashboard's JSON, asks Prometheus its queries, and has each panel drawn. What stands on the page is in window.drawn, by title.

const state = { boards: [], name: "overview", language: navigator.language.startsWith("zh") ? "zh" : "en", board: null, chosen: {}, scrape: 0, timer: 0, round: 0, plots: new Map() };
const SCRAPE_S = 15; // Grafana's, where a data source does not say
const ALL = { en: "All", zh: "全部" };
const by = (id) => document.getElementById(id);
window.drawn = {};

async function answer(path) {
  const response = await fetch(path);
  const said = await response.json();
  if (!response.ok || said.status === "error") throw new Error(said.error || said.message || `${path}: ${response.status}`);
  return said;
}

const range = () => { const end = Date.now() / 1000; return [end - Number(by("range").value), end]; };
// A whole number of seconds and at most 360 points; Prometheus lays every line of a panel on the same moments.
const stepOf = ([start, end]) => Math.max(1, Math.ceil((end - start) / 360));
const duration = (seconds) => `${Math.round(seconds * 1000)}ms`;
const escaped = (value) => value.replace(/\\/g, "\\\\\\\\").replace(/[$^*{}[\]'+?.()|]/g, "\\\\$&");
const variable = (name) => (state.board.templating?.list || []).find((one) => one.name === name);

// What stands for $name in a query, as Grafana has it: a rate's window holds four scrapes, and reaches back to the last moment drawn.
function meant(name, step) {
  const scrape = state.scrape || SCRAPE_S;
  if (name === "__interval") return duration(Math.max(step, scrape));
  if (name === "__rate_interval") return duration(Math.max(step + scrape, 4 * scrape));
  const one = variable(name);
  if (one?.type !== "query") return one?.current?.value;
  return state.chosen[name] === undefined ? one.allValue || ".*" : escaped(state.chosen[name]);
}

const filled = (expr, step) => expr.replace(/\$(?:(\w+)|\{(\w+)(?::\w+)?\})/g, (whole, bare, braced) => meant(bare || braced, step) ?? whole);

async function asked(target) {
  const [start, end] = range();
  const step = stepOf([start, end]);
  const query = encodeURIComponent(filled(target.expr, step));
  const place = target.instant ? `/api/v1/query?query=${query}` : `/api/v1/query_range?query=${query}&start=${Math.floor(start / step) * step}&end=${Math.floor(end / step) * step}&step=${step}`;
  const { data } = await answer(place);
  return data.result.map((one) => ({
    name: legendOf(target.legendFormat, one.metric),
    labels: one.metric,
    points: (one.values || [one.value]).map(([at, value]) => [at, Number(value)]),
  }));
}

async function show(panel, body, round) {
  try {
    const answers = await Promise.all(panel.targets.map(asked));
    if (round !== state.round) return;
    const before = state.plots.get(panel.id);
    const plot = draw(body, panel, answers.flat(), range());
    state.plots.set(panel.id, plot);
    window.drawn[panel.title] = { body, plot };
    if (plot && before?.cursor.left >= 0) plot.setCursor({ left: before.cursor.left, top: before.cursor.top }, true);
    before?.destroy();
  } catch (error) {
    if (round !== state.round) return;
    body.replaceChildren(Object.assign(document.createElement("div"), { className: "wrong", textContent: error.message }));
    trouble(error.message);
  }
}

function trouble(sentence) {
  by("problem").textContent = sentence;
  by("problem").hidden = !sentence;
}

async function refresh() {
  clearTimeout(state.timer);
  const round = ++state.round;
  trouble("");
  state.scrape ||= (await answer("/scrape").catch(() => ({}))).seconds;
  await choices();
  await Promise.all(state.board.panels.filter((panel) => panel.type !== "row").map((panel) => show(panel, by(`panel-${panel.id}`), round)));
  if (round !== state.round) return;
  window.rounds = (window.rounds || 0) + 1;
  const every = Number(by("refresh").value);
  if (every) state.timer = setTimeout(refresh, every * 1000);
}

async function choices() {
  const [start, end] = range();
  for (const one of state.board.templating?.list || []) {
    if (one.type !== "query") continue;
    const [, series, label] = /label_values\((?:(.+),)?\s*(\w+)\s*\)/.exec(one.query.query || one.query) || [];
    const match = series ? `&match[]=${encodeURIComponent(filled(series, stepOf([start, end])))}` : "";
    const { data } = await answer(`/api/v1/label/${label}/values?start=${start}&end=${end}${match}`).catch(() => ({ data: [] }));
    let select = by(`choice-${one.name}`);
    if (!select) {
      select = Object.assign(document.createElement("select"), { id: `choice-${one.name}` });
      select.addEventListener("change", () => { state.chosen[one.name] = select.selectedIndex ? select.value : undefined; refresh(); });
      const label = document.createElement("label");
      label.append(`${one.label}: `, select);
      by("choices").append(label);
    }
    const chosen = state.chosen[one.name];
    const values = chosen === undefined || data.includes(chosen) ? data : [chosen, ...data];
    select.replaceChildren(new Option(ALL[state.language]), ...values.map((value) => new Option(value, value, false, value === chosen)));
  }
}

function layOut() {
  const panels = by("panels");
  panels.replaceChildren();
  by("choices").replaceChildren();
  window.drawn = {};
  state.plots.forEach((plot) => plot?.destroy());
  state.plots.clear();
  for (const panel of state.board.panels) {
    if (panel.type === "row") { panels.append(Object.assign(document.createElement("h2"), { textContent: panel.title })); continue; }
    const box = document.createElement("section");
    box.className = "panel";
    box.style.gridColumn = `span ${panel.gridPos.w}`;
    box.style.height = `${panel.gridPos.h * 34}px`;
    const title = Object.assign(document.createElement("h3"), { textContent: panel.title, title: panel.description || "" });
    const body = Object.assign(document.createElement("div"), { className: "body", id: `panel-${panel.id}` });
    box.append(title, body);
    panels.append(box);
  }
}

async function open(name, language) {
  if (name !== state.name) state.chosen = {};
  Object.assign(state, { name, language });
  state.board = await answer(`/dashboards/${language}/${name}.json`);
  document.documentElement.lang = language;
  document.title = state.board.title;
  history.replaceState(null, "", `#${language}/${name}`);
  by("language").textContent = language === "en" ? "中文" : "English";
  by("boards").replaceChildren(...state.boards.filter((one) => one.language === language).map((one) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: one.title.replace(/^.*?[:：]\s*/, "") });
    if (one.name === name) button.setAttribute("aria-current", "page");
    button.addEventListener("click", () => open(one.name, state.language));
    return button;
  }));
  layOut();
  await refresh();
}

async function start() {
  try {
    state.boards = (await answer("/dashboards")).dashboards;
    const [language, name] = location.hash.slice(1).split("/");
    const known = state.boards.some((one) => one.language === language && one.name === name);
    await open(known ? name : "overview", known ? language : state.language);
  } catch (error) { trouble(error.message); }
}

by("language").addEventListener("click", () => open(state.name, state.language === "en" ? "zh" : "en"));
for (const id of ["range", "refresh"]) by(id).addEventListener("change", refresh);
addEventListener("resize", () => { clearTimeout(state.timer); state.timer = setTimeout(refresh, 200); });
start();
