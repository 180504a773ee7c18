"use strict";
// How a number is said, by Grafana's name of its unit. Only the units that our dashboards use.

const UNITS = {
  none: (value, digits) => plain(value, digits),
  reqps: (value, digits) => `${plain(value, digits)} req/s`,
  ops: (value, digits) => `${plain(value, digits)} /s`,
  percentunit: (value, digits) => `${plain(value * 100, digits)} %`,
  bytes: (value) => scaled(value, 1024, ["B", "KiB", "MiB", "GiB"]),
  currencyCNY: (value) => `¥${plain(value, 2)}`,
  s: (value) => seconds(value),
};

function plain(value, digits = null) {
  if (!Number.isFinite(value)) return "–";
  if (digits !== null) return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const size = Math.abs(value);
  if (size < 1) return value.toLocaleString("en", { maximumSignificantDigits: 3 });
  return value.toLocaleString("en", { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2 });
}

function seconds(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "–";
  if (size === 0) return "0 s";
  if (size < 0.001) return `${plain(value * 1e6)} µs`;
  if (size < 1) return `${plain(value * 1000)} ms`;
  if (size < 120) return `${plain(value)} s`;
  return `${plain(value / 60)} min`;
}

function scaled(value, step, names) {
  let place = 0;
  while (Math.abs(value) >= step && place < names.length - 1) { value /= step; place += 1; }
  return `${plain(value)} ${names[place]}`;
}

function said(value, unit, digits = null) {
  return (UNITS[unit] || UNITS.none)(value, digits);
}
