(function () {
  "use strict";
  // WGS 84; 1 M is 1852 m. The map shows distances and directions from its origin truly, so that a distance
  // on the map, divided by its scale, is the distance at sea.
  var A = 6378137, F = 1 / 298.257223563, B = A * (1 - F), NM = 1852, RAD = Math.PI / 180;

  // Direct geodesic problem (Vincenty 1975): where one comes to from lat, lon after s metres in direction azimuth.
  function direct(lat, lon, azimuth, s) {
    var u1 = Math.atan((1 - F) * Math.tan(lat * RAD)), su = Math.sin(u1), cu = Math.cos(u1);
    var ca = Math.cos(azimuth), sa = Math.sin(azimuth), sigma1 = Math.atan2(su, cu * ca);
    var sinAlpha = cu * sa, cos2 = 1 - sinAlpha * sinAlpha, uu = cos2 * (A * A - B * B) / (B * B);
    var p = 1 + uu / 16384 * (4096 + uu * (-768 + uu * (320 - 175 * uu)));
    var q = uu / 1024 * (256 + uu * (-128 + uu * (74 - 47 * uu)));
    var sigma = s / (B * p), before, ss, cs, c2m;
    for (var i = 0; i < 50; i++) {
      c2m = Math.cos(2 * sigma1 + sigma);
      ss = Math.sin(sigma);
      cs = Math.cos(sigma);
      var d = q * ss * (c2m + q / 4 * (cs * (2 * c2m * c2m - 1) -
        q / 6 * c2m * (4 * ss * ss - 3) * (4 * c2m * c2m - 3)));
      before = sigma;
      sigma = s / (B * p) + d;
      if (Math.abs(sigma - before) < 1e-12) { break; }
    }
    c2m = Math.cos(2 * sigma1 + sigma);
    ss = Math.sin(sigma);
    cs = Math.cos(sigma);
    var t = su * ss - cu * cs * ca;
    var lat2 = Math.atan2(su * cs + cu * ss * ca, (1 - F) * Math.sqrt(sinAlpha * sinAlpha + t * t));
    var lambda = Math.atan2(ss * sa, cu * cs - su * ss * ca);
    var c = F / 16 * cos2 * (4 + F * (4 - 3 * cos2));
    var l = lambda - (1 - c) * F * sinAlpha * (sigma + c * ss * (c2m + c * cs * (2 * c2m * c2m - 1)));
    var east = lon + l / RAD;
    return { lat: lat2 / RAD, lon: ((east + 540) % 360 + 360) % 360 - 180 };
  }

  function angle(value, digits, positive, negative) {
    var tenths = Math.round(Math.abs(value) * 600), whole = String(Math.floor(tenths / 600));
    while (whole.length < digits) { whole = "0" + whole; }
    var rest = (tenths % 600 / 10).toFixed(1);
    return whole + "°" + (rest.length < 4 ? "0" : "") + rest + "'" + (value < 0 ? negative : positive);
  }

  function start(root) {
    if (root.getAttribute("data-ready")) { return; }
    root.setAttribute("data-ready", "yes");
    var svg = root.querySelector(".sjmap-view svg"), readout = root.querySelector(".sjmap-readout");
    var shown = readout.querySelector("strong"), more = readout.querySelector("span");
    var told = svg.dataset, full = told.full.split(" ").map(Number), home = told.home.split(" ").map(Number);
    var origin = { x: +told.x, y: +told.y, lat: +told.lat, lon: +told.lon, scale: +told.scale };
    var incident = told.incident === "yes", view = home.slice(), hot = null, last = "";
    var labels = Array.prototype.slice.call(svg.querySelectorAll("[data-at]"));
    var marks = Array.prototype.slice.call(svg.querySelectorAll("[data-mark]"));
    var patterns = Array.prototype.slice.call(svg.querySelectorAll("pattern"));
    var cross = svg.querySelector(".sjmap-cross"), smallest = home[2] / 40;

    function put(element, at, k) {
      element.setAttribute("transform", "translate(" + at[0] + " " + at[1] + ") scale(" + k + ")");
    }

    function draw() {
      view[2] = Math.min(Math.max(view[2], smallest), full[2]);
      view[3] = view[2] * home[3] / home[2];
      view[0] = Math.min(Math.max(view[0], 0), full[2] - view[2]);
      view[1] = Math.min(Math.max(view[1], 0), full[3] - view[3]);
      svg.setAttribute("viewBox", view.map(function (v) { return v.toFixed(3); }).join(" "));
      // Text and marks keep their size on the screen; a label that would touch another waits until there is room.
      var k = view[2] / (svg.clientWidth || home[2]), boxes = [];
      labels.forEach(function (label) {
        var at = label.dataset.at.split(" ").map(Number), w = +label.dataset.w * k / 2, h = +label.dataset.h * k / 2;
        var aside = (label.dataset.aside || "0 0").split(" ").map(Number), x = at[0] + aside[0] * k;
        var y = at[1] + aside[1] * k, dot = label.dataset.aside ? 3 * k : 0;
        var box = [Math.min(x - w, at[0] - dot), Math.min(y - h, at[1] - dot),
          Math.max(x + w, at[0] + dot), Math.max(y + h, at[1] + dot)];
        var free = boxes.every(function (o) {
          return box[2] < o[0] || box[0] > o[2] || box[3] < o[1] || box[1] > o[3];
        });
        label.setAttribute("visibility", free ? "visible" : "hidden");
        if (free) { boxes.push(box); put(label, at, k); }
      });
      marks.forEach(function (mark) { put(mark, mark.dataset.mark.split(" ").map(Number), k); });
      patterns.forEach(function (p) {
        p.setAttribute("patternTransform", "scale(" + k + ") rotate(" + (p.getAttribute("data-turn") || 0) + ")");
      });
      put(cross, [view[0] + view[2] / 2, view[1] + view[3] / 2], k);
    }

    function position(x, y) {
      var east = (x - origin.x) / origin.scale, north = (origin.y - y) / origin.scale;
      return direct(origin.lat, origin.lon, Math.atan2(east, north), Math.sqrt(east * east + north * north));
    }

    function zonesAt(x, y) {
      var point = svg.createSVGPoint(), found = [];
      point.x = x;
      point.y = y;
      Array.prototype.forEach.call(svg.querySelectorAll(".sjmap-zone"), function (zone) {
        if (zone.isPointInFill(point)) { found.push(zone); }
      });
      return found.reverse();
    }

    function say(x, y) {
      var zones = zonesAt(x, y), at = position(x, y);
      var names = zones.map(function (zone) { return zone.getAttribute("data-name"); });
      var miles = Math.sqrt(Math.pow(x - origin.x, 2) + Math.pow(y - origin.y, 2)) / origin.scale / NM;
      var where = angle(at.lat, 2, "N", "S") + " " + angle(at.lon, 3, "E", "W");
      var name = names.length ? names.join("; ") : "No zone data";
      var text = name + where;
      if (text === last) { return at; }
      last = text;
      shown.textContent = name;
      more.textContent = (incident ? miles.toFixed(miles < 10 ? 2 : 1) + " M from the incident, " : "") + "at " + where;
      if (hot) { hot.classList.remove("sjmap-hot"); }
      hot = zones[0] || null;
      if (hot) { hot.classList.add("sjmap-hot"); }
      return at;
    }

    function sayCentre() { return say(view[0] + view[2] / 2, view[1] + view[3] / 2); }

    function inMap(event) {
      var box = svg.getBoundingClientRect();
      return [view[0] + (event.clientX - box.left) / box.width * view[2],
        view[1] + (event.clientY - box.top) / box.height * view[3]];
    }

    function zoom(factor, x, y) {
      var before = view.slice();
      view[2] = Math.min(Math.max(view[2] * factor, smallest), full[2]);
      var real = view[2] / before[2];
      view[0] = x - (x - before[0]) * real;
      view[1] = y - (y - before[1]) * real;
      draw();
    }

    function zoomCentre(factor) { zoom(factor, view[0] + view[2] / 2, view[1] + view[3] / 2); }

    function choose(at) {
      root.dispatchEvent(new CustomEvent("seajuris:point", { bubbles: true, detail: at }));
    }

    var drag = null;
    svg.addEventListener("pointerdown", function (event) {
      drag = { x: event.clientX, y: event.clientY, view: view.slice(), moved: false };
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", function (event) {
      if (drag) {
        var box = svg.getBoundingClientRect(), dx = event.clientX - drag.x, dy = event.clientY - drag.y;
        if (Math.abs(dx) + Math.abs(dy) > 4) { drag.moved = true; svg.classList.add("sjmap-drag"); }
        if (drag.moved) {
          view[0] = drag.view[0] - dx / box.width * view[2];
          view[1] = drag.view[1] - dy / box.height * view[3];
          draw();
        }
      }
      var at = inMap(event);
      say(at[0], at[1]);
    });
    svg.addEventListener("pointerup", function (event) {
      var at = inMap(event), clicked = drag && !drag.moved;
      drag = null;
      svg.classList.remove("sjmap-drag");
      var found = say(at[0], at[1]);
      if (clicked) { choose(found); }
    });
    svg.addEventListener("pointercancel", function () { drag = null; svg.classList.remove("sjmap-drag"); });
    svg.addEventListener("wheel", function (event) {
      // A page must scroll past the map: the wheel zooms once the map has been clicked or reached by keyboard.
      if (document.activeElement !== svg && !event.ctrlKey) { return; }
      event.preventDefault();
      var at = inMap(event);
      zoom(event.deltaY < 0 ? 0.8 : 1.25, at[0], at[1]);
    }, { passive: false });
    svg.addEventListener("focus", function () { cross.removeAttribute("display"); sayCentre(); });
    svg.addEventListener("blur", function () { cross.setAttribute("display", "none"); });
    svg.addEventListener("keydown", function (event) {
      var step = view[2] / (event.shiftKey ? 40 : 12), key = event.key;
      if (event.ctrlKey || event.altKey || event.metaKey) { return; }
      if (key === "ArrowLeft") { view[0] -= step; }
      else if (key === "ArrowRight") { view[0] += step; }
      else if (key === "ArrowUp") { view[1] -= step; }
      else if (key === "ArrowDown") { view[1] += step; }
      else if (key === "+" || key === "=") { zoomCentre(0.7); }
      else if (key === "-" || key === "_") { zoomCentre(1 / 0.7); }
      else if (key === "0" || key === "Home") { view = home.slice(); }
      else if (key === "Enter" || key === " ") { choose(sayCentre()); event.preventDefault(); return; }
      else { return; }
      event.preventDefault();
      draw();
      sayCentre();
    });
    Array.prototype.forEach.call(root.querySelectorAll("button[data-do]"), function (button) {
      button.addEventListener("click", function () {
        if (button.dataset.do === "home") { view = home.slice(); draw(); }
        else { zoomCentre(button.dataset.do === "in" ? 0.6 : 1 / 0.6); }
        sayCentre();
      });
    });
    Array.prototype.forEach.call(root.querySelectorAll("input[data-layer]"), function (box) {
      function apply() {
        Array.prototype.forEach.call(svg.querySelectorAll("[data-in='" + box.dataset.layer + "']"), function (part) {
          if (box.checked) { part.removeAttribute("display"); } else { part.setAttribute("display", "none"); }
        });
      }
      box.addEventListener("change", apply);
      apply();
    });
    Array.prototype.forEach.call(root.querySelectorAll(".sjmap-needs-script"), function (e) { e.hidden = false; });
    if (window.ResizeObserver) { new ResizeObserver(draw).observe(svg); }
    draw();
  }

  Array.prototype.forEach.call(document.querySelectorAll(".sjmap"), start);
})();
