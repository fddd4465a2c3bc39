/* The grid map's own layer. Geometry is fetched once by URL and kept by the browser; what a rerun sends are colours and labels.
   deskGrids.open(map, url) draws the ground and the cells; deskGrids.paint({cells, selected}) colours them. */
(function () {
  "use strict";
  const FONT = '"Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif';
  const GROUND = {
    ground: { fillColor: "#f4f0e7", fillOpacity: 1, stroke: false },
    green: { fillColor: "#d3e8c4", fillOpacity: 1, stroke: false },
    wood: { fillColor: "#b4d6a2", fillOpacity: 1, stroke: false },
    court: { fillColor: "#ead8c3", fillOpacity: 1, stroke: false },
    water: { fillColor: "#a8d0e6", fillOpacity: 1, color: "#a8d0e6", weight: 2 },
    outline: { fillColor: "#dcd5c9", fillOpacity: 1, color: "#c9c0b1", weight: 0.7 },
    building: { fillColor: "#c3b8a6", fillOpacity: 1, color: "#94897a", weight: 0.8 },
  };
  const METRES = { lane: 3.2, street: 9, main_street: 15 };
  const CLICKED = { count: 0 };
  let state = null;

  function metresPerPixel(map) {
    return (40075016.7 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / Math.pow(2, map.getZoom() + 8);
  }

  function drawGround(s, base) {
    const flat = (layer) => base[layer] && L.geoJSON(base[layer], { renderer: s.canvas, pane: "ground", interactive: false, style: GROUND[layer] }).addTo(s.map);
    const lines = (layer, style) =>
      base[layer] && s.lines.push([layer, style, L.geoJSON(base[layer], { renderer: s.canvas, pane: "ground", interactive: false, style: style }).addTo(s.map)]);
    ["ground", "green", "wood", "court", "water"].forEach(flat);
    lines("lane", { color: "#fdfcf8", fill: false });
    ["street", "main_street"].forEach((layer) => lines(layer, { color: "#d9d0c0", fill: false, casing: 2.4 }));
    ["street", "main_street"].forEach((layer) => lines(layer, { color: layer === "main_street" ? "#fff6d8" : "#ffffff", fill: false }));
    flat("outline");
    flat("building");
    widen(s);
  }

  function widen(s) {
    const scale = metresPerPixel(s.map);
    s.lines.forEach(([layer, style, drawn]) =>
      drawn.setStyle({ ...style, lineCap: "butt", lineJoin: "round", weight: Math.max(layer === "lane" ? 0.8 : 1.6, METRES[layer] / scale) + (style.casing || 0) })
    );
  }

  function drawCells(s, cells) {
    cells.features.forEach((feature) => {
      const cell = L.GeoJSON.geometryToLayer(feature, { pane: "cells", renderer: s.svg });
      const id = feature.properties.id;
      cell.toGeoJSON = () => ({ type: "Feature", geometry: null, properties: { grid: id, click: ++CLICKED.count } });
      cell.on("mouseover", () => cell.setStyle({ weight: 3 }));
      cell.on("mouseout", () => cell.setStyle({ weight: s.weights[id] || 1.4 }));
      s.cells.set(id, cell);
      s.group.addLayer(cell);
      const shape = cell.getElement();
      shape.setAttribute("tabindex", "0");
      shape.setAttribute("role", "button");
      shape.setAttribute("data-grid", id);
      shape.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") cell.fire("click", { latlng: cell.getBounds().getCenter() }, true);
      });
      s.spots.set(id, L.latLng(feature.properties.at[1], feature.properties.at[0]));
    });
  }

  function paint(s) {
    const values = s.values;
    shape(s);
    if (!values || !s.loaded) return;
    s.cells.forEach((cell, id) => {
      const [fill, opacity, , , title] = values.cells[id] || ["#ffffff", 0, "", "", ""];
      const chosen = values.selected === id;
      s.weights[id] = chosen ? 4 : 1.4;
      cell.setStyle({ fillColor: fill, fillOpacity: opacity, color: chosen ? "#111111" : "#4a4a4a", weight: s.weights[id], opacity: chosen ? 1 : 0.75 });
      if (chosen) cell.bringToFront();
      cell.unbindTooltip();
      if (title) cell.bindTooltip(escaped(title), { sticky: true, direction: "top" });
      cell.getElement().setAttribute("aria-label", title);
      cell.getElement().setAttribute("aria-pressed", String(chosen));
    });
    write(s);
  }

  const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const widthOf = (text, size) => [...String(text)].reduce((w, c) => w + (c > "\u2e7f" ? size : size * 0.6), 0);

  function put(s, at, html, cls, width, height, angle) {
    const turn = angle ? `transform:rotate(${angle.toFixed(1)}deg)` : "";
    const icon = L.divIcon({ className: "", iconSize: [width, height], html: `<div class="${cls}" style="${turn}">${html}</div>` });
    L.marker(at, { icon: icon, interactive: false, keyboard: false, pane: "names" }).addTo(s.labels);
  }

  function free(s, at, width, height) {
    const p = s.map.latLngToLayerPoint(at);
    const box = [p.x - width / 2, p.y - height / 2, p.x + width / 2, p.y + height / 2];
    if (s.taken.some((o) => box[0] < o[2] && box[2] > o[0] && box[1] < o[3] && box[3] > o[1])) return false;
    s.taken.push(box);
    return true;
  }

  function write(s) {
    s.labels.clearLayers();
    s.taken = [];
    const zoom = s.map.getZoom();
    s.spots.forEach((at, id) => {
      const value = (s.values && s.values.cells[id]) || [];
      if (value[2] === undefined) return;
      free(s, at, 46, 38);
      put(s, at, `<b>${escaped(value[3])}</b><span>${escaped(value[2])}</span>`, "desk-cell", 60, 36);
    });
    s.names.forEach((name) => {
      if (zoom < name.from) return;
      const width = widthOf(name.text, name.size) + 6;
      const angle = name.along ? angleOf(s.map, name.along) : 0;
      const steep = Math.abs(Math.sin((angle * Math.PI) / 180));
      if (free(s, name.at, width * (1 - steep) + 14 * steep, 14 * (1 - steep) + width * steep)) put(s, name.at, escaped(name.text), name.cls, width, 16, angle);
    });
  }

  function angleOf(map, [from, to]) {
    const a = map.latLngToLayerPoint(from), b = map.latLngToLayerPoint(to);
    let angle = (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI;
    if (angle > 90) angle -= 180;
    if (angle < -90) angle += 180;
    return angle;
  }

  function collect(s, got) {
    const names = [];
    ["main_street", "street", "lane"].forEach((layer) => streetNames(got.base[layer]).forEach((n) => names.push({ ...n, cls: "desk-street", size: 12, from: { main_street: 15, street: 15.75, lane: 18 }[layer] })));
    ["water", "green", "ground"].forEach((layer) => areaNames(got.base[layer]).forEach((n) => names.push({ ...n, cls: `desk-${layer}`, size: 11, from: layer === "ground" ? 17 : 15 })));
    (got.base.building ? got.base.building.features : []).forEach((f) => {
      if (f.properties.n) names.push({ text: f.properties.n, at: L.geoJSON(f).getBounds().getCenter(), cls: "desk-building", size: 10, from: 17 });
    });
    s.names = names;
  }

  /* One label a street: at two fifths of its longest stretch, away from most crossings. */
  function streetNames(collection) {
    const best = new Map();
    (collection ? collection.features : []).forEach((f) => {
      if (!f.properties.n) return;
      const lines = f.geometry.type === "LineString" ? [f.geometry.coordinates] : f.geometry.type === "MultiLineString" ? f.geometry.coordinates : [];
      lines.forEach((line) => {
        const known = best.get(f.properties.n);
        const long = line.reduce((sum, p, i) => sum + (i ? Math.hypot(p[0] - line[i - 1][0], p[1] - line[i - 1][1]) : 0), 0);
        if (!known || long > known.long) best.set(f.properties.n, { long, line });
      });
    });
    return [...best].sort((a, b) => b[1].long - a[1].long).map(([text, { line }]) => {
      const i = Math.max(1, Math.round((line.length - 1) * 0.4));
      const from = L.latLng(line[i - 1][1], line[i - 1][0]), to = L.latLng(line[i][1], line[i][0]);
      return { text, at: L.latLng((from.lat + to.lat) / 2, (from.lng + to.lng) / 2), along: [from, to] };
    });
  }

  function areaNames(collection) {
    const seen = new Set();
    return (collection ? collection.features : []).filter((f) => f.properties.n && f.properties.at && !seen.has(f.properties.n) && seen.add(f.properties.n))
      .map((f) => ({ text: f.properties.n, at: L.latLng(f.properties.at[1], f.properties.at[0]) }));
  }

  /* As tall as the neighbourhood needs at this width: a phone has no room for an empty frame. */
  function shape(s) {
    if (!s.bounds) return;
    const box = s.map.getContainer(), a = L.CRS.EPSG3857.project(s.bounds.getSouthWest()), b = L.CRS.EPSG3857.project(s.bounds.getNorthEast());
    const height = Math.round(Math.max(280, Math.min(window.__GLOBAL_DATA__.height, (box.clientWidth * (b.y - a.y)) / (b.x - a.x) * 1.12 + 24)));
    if (box.style.height !== `${height}px`) box.style.height = `${height}px`;
    setTimeout(() => window.Streamlit.setFrameHeight(height), 0); // after streamlit-folium has set its own
  }

  function fit(s, bounds) {
    s.map.setMinZoom(1);
    s.map.fitBounds(bounds, { padding: [6, 6], animate: false });
    s.map.setMinZoom(Math.max(1, s.map.getZoom() - 1));
    widen(s);
    write(s);
  }

  function shown(s, got) {
    drawGround(s, got.base);
    drawCells(s, got.cells);
    collect(s, got);
    if (got.sources.length) s.sources.addTo(s.map).addAttribution(got.sources.map(escaped).join(" · "));
    s.loaded = true;
    const bounds = (s.bounds = L.latLngBounds(got.bounds.map(([lon, lat]) => [lat, lon])));
    shape(s);
    s.map.invalidateSize({ animate: false });
    paint(s);
    fit(s, bounds);
    s.map.setMaxBounds(bounds.pad(0.6)); // after the fit: leaflet would start gliding into these bounds from wherever it was
    s.map.on("zoomend", () => { widen(s); write(s); });
    // The frame gets its width late, and another one when a phone is turned: fit again until somebody has moved the map.
    s.map.on("dragstart keydown", () => { s.moved = true; });
    s.map.getContainer().addEventListener("click", (event) => { if (event.target.closest(".leaflet-control-zoom")) s.moved = true; });
    new ResizeObserver(() => { shape(s); s.map.invalidateSize({ animate: false }); if (!s.moved) fit(s, bounds); }).observe(s.map.getContainer());
    document.body.setAttribute("data-desk-map", "ready");
  }

  const STYLE = `.leaflet-container{background:#ece7dc;font-family:${FONT}}
    .desk-cell{display:flex;flex-direction:column;align-items:center;line-height:1.15;text-shadow:0 0 3px #fff,0 0 3px #fff,0 0 3px #fff,0 0 5px #fff;color:#1b1b1b}
    .desk-cell b{font-size:11px;font-weight:600}.desk-cell span{font-size:17px;font-weight:700}
    .desk-street,.desk-water,.desk-green,.desk-ground,.desk-building{white-space:nowrap;text-align:center;line-height:16px;text-shadow:0 0 2px #fff,0 0 2px #fff,0 0 3px #fff}
    .desk-street{font-size:12px;color:#6b5d45}.desk-water{font-size:11px;color:#2f6d92}.desk-green{font-size:11px;color:#3f6d2c}
    .desk-ground{font-size:11px;color:#7a6f5f}.desk-building{font-size:10px;color:#4b4438}
    .leaflet-control-scale-line{font-size:11px;line-height:1.3}.leaflet-control-attribution{font-size:10px}.leaflet-tooltip{font-size:12px}path[data-grid]:focus{outline:none;stroke:#0b57d0;stroke-width:4}`;

  function open(map, url) {
    const style = document.createElement("style");
    style.textContent = STYLE;
    document.head.appendChild(style);
    [["ground", 250], ["cells", 420], ["names", 620]].forEach(([name, z]) => { map.createPane(name).style.zIndex = z; });
    map.getPane("names").style.pointerEvents = "none";
    const s = {
      map, canvas: L.canvas({ pane: "ground", padding: 0.4 }), svg: L.svg({ pane: "cells", padding: 0.4 }), group: L.featureGroup().addTo(map),
      labels: L.layerGroup().addTo(map), lines: [], names: [], taken: [], weights: {}, cells: new Map(), spots: new Map(), values: null, loaded: false,
    };
    state = s;
    s.sources = L.control.attribution({ prefix: false, position: "bottomleft" });
    L.control.scale({ imperial: false, maxWidth: 90 }).addTo(map);
    fetch(url, { credentials: "same-origin" })
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((got) => shown(s, got))
      .catch((problem) => document.body.setAttribute("data-desk-map", `failed ${problem.message}`));
  }

  window.deskGrids = { open, paint: (values) => { state.values = values; paint(state); } };
})();
