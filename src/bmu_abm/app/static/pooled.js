// What other patches say of the same plan: the note above the charts and the pooled answer.

export function hearBands(host, bands) {
  host.charts.bands = bands;
  const counted = bands.length ? Math.min(...bands.map((one) => one.n)) : 0;
  host.crowdOn = bands.length > 0;
  const pairs = bands.length === 3;
  host.crowdNote.textContent = !host.crowdOn ? "Solid: this patch. One patch is noise." : counted < bands[0].of ? `Solid: this patch. One patch is noise; ${counted} of ${bands[0].of} ${pairs ? "pairs" : "patches"} so far.` : `Solid: this patch. Shaded: middle 80 % of ${counted} ${pairs ? "pairs" : "patches"}, dashed: their mean. One patch is noise.`;
  host.crowdButton.textContent = host.crowdOn ? "This patch alone" : "Ask 16 patches";
  host.pooled.textContent = poolWords(host, bands, counted);
  host.pooled.hidden = !host.pooled.textContent;
  host.charts.invalidate();
}

// The pooled answer of this month, in words.
export function poolWords(host, bands, counted) {
  const band = bands[bands.length - 1];
  if (!band || counted < 4) return "";
  const at = band.columns.indexOf("bmd_lumbar_spine_pct"), row = Math.min(band.mean.length - 1, Math.floor((host.state.month || 0) + 1e-6));
  const mean = band.mean[row][at], error = band.error[row][at];
  const sign = (v) => (v > 0 ? "+" : "") + number(v, 1);
  const what = bands.length === 3 ? `the difference over ${counted} pairs is ${sign(mean)} points` : `the mean of ${counted} patches is ${sign(mean)} %`;
  return `Bone mineral in month ${row}: ${what} (95 % interval ${sign(mean - error)} to ${sign(mean + error)}).`;
}
