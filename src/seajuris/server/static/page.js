// Ties form, map and findings to the server. Asks nobody but the server that sent this page.
(function () {
  "use strict";
  var h = seajuris.h, DEBOUNCE_MS = 150;
  var byId = function (id) { return document.getElementById(id); };
  // Windows of the sea for a first look, west, south, east, north.
  var WATERS = [["Around the position", ""], ["Central Mediterranean", "10,31.5,20,38.5"], ["Aegean and Levant", "22,33,34,41"],
    ["Western Mediterranean", "-7,34,6,43"], ["Atlantic off the Canary Islands", "-20,24,-9,31"], ["English Channel and southern North Sea", "-5,48.5,6,54"],
    ["Black Sea", "27,40.5,42,47"], ["Baltic Sea", "9,53.5,30,60.5"], ["Red Sea and Gulf of Aden", "38,9,52,19"]];

  // The token comes behind # and is taken out of the address at once; it stays in this tab only.
  var token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    sessionStorage.setItem("seajuris-token", token);
    history.replaceState(null, "", location.pathname);
  } else { token = sessionStorage.getItem("seajuris-token") || ""; }

  function ask(path, options) {
    options = options || {};
    options.headers = Object.assign({ "X-Seajuris-Token": token }, options.headers);
    options.credentials = "omit";
    return fetch(path, options).then(function (answer) {
      if (answer.ok) { return answer; }
      return answer.json().catch(function () { return { error: { message: "The server answered " + answer.status } }; }).then(function (told) { throw told.error; });
    });
  }
  function post(path, data, signal) {
    return ask(path, { method: "POST", body: typeof data === "string" ? data : JSON.stringify(data), signal: signal,
      headers: { "Content-Type": typeof data === "string" ? "application/yaml" : "application/json" } });
  }
  function words(fault) {
    if (fault instanceof TypeError) { return { message: "The server does not answer. Was it stopped? Start it again: seajuris serve" }; }
    return fault && fault.message ? fault : { message: String(fault) };
  }
  function say(id, text) { byId(id).textContent = text; }
  function save(blob, name) {
    var address = URL.createObjectURL(blob), link = h("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(address); }, 10000);
  }

  Promise.all([ask("/api/vocabulary").then(function (a) { return a.json(); }), ask("/api/scenarios").then(function (a) { return a.json(); })])
    .then(function (both) { start(both[0], both[1].scenarios); })
    .catch(function (fault) {
      fault = words(fault);
      say("status", "Nothing can be shown.");
      byId("results").replaceChildren(h("p", { "class": "fault" }, fault.message + (fault.hint ? ". " + fault.hint : "")));
    });

  function start(vocabulary, scenarios) {
    var timer = null, running = null, asked = 0, drawn = null, drawing = null, clicked = false, lesson = null;
    byId("disclaimer").textContent = vocabulary.disclaimer;
    vocabulary.states.forEach(function (s) { byId("states").append(h("option", { value: s.name, label: s.code })); });
    ["stateless", "none"].forEach(function (word) { byId("states").append(h("option", { value: word, label: word === "none" ? "established that there is none" : "established: no nationality" })); });
    scenarios.forEach(function (s) { byId("scenario").append(h("option", { value: s.id }, s.title)); });
    WATERS.forEach(function (w, i) { byId("waters").append(h("option", { value: w[1], selected: i === 1 }, w[0])); });

    var form = seajuris.Form(byId("form"), vocabulary, changed), results = seajuris.Results(byId("results"), vocabulary, form);

    // --- Assess ---------------------------------------------------------------------------------------------------

    function changed(path) {
      if (!path || path === "accuracy" || path === "position") { clicked = false; }
      clearTimeout(timer);
      byId("results").setAttribute("aria-busy", "true");
      timer = setTimeout(assess, DEBOUNCE_MS);
    }
    function assess() {
      var number = ++asked;
      if (running) { running.abort(); }
      running = new AbortController();
      post("/api/assess", form.data(), running.signal).then(function (a) { return a.json(); }).then(function (result) {
        if (number !== asked) { return; }
        form.fault(null);
        say("status", results.show(result));
        if (lesson) {
          byId("results").prepend(h("details", { "class": "lesson" }, h("summary", {}, "For the training room: " + lesson.title),
            h("ul", {}, lesson.learning.map(function (t) { return h("li", {}, String(t)); })), h("ul", {}, lesson.discuss.map(function (t) { return h("li", {}, String(t)); }))));
        }
        byId("results").setAttribute("aria-busy", "false");
        var place = result.place ? [result.case.position, result.case.accuracy, result.case.on].join("|") : "";
        if (place && place !== drawn) { byId("waters").value = ""; drawn = place; map(); }
        else if (!place && drawn) { drawn = null; byId("waters").value = byId("waters").value || WATERS[1][1]; map(); }
      }).catch(function (fault) {
        if (number !== asked || (fault && fault.name === "AbortError")) { return; }
        fault = words(fault);
        form.fault(fault);
        results.fault(fault);
        say("status", "Not answered: " + fault.message);
        byId("results").setAttribute("aria-busy", "false");
      });
    }

    // --- Map ------------------------------------------------------------------------------------------------------

    function map() {
      var extent = byId("waters").value, told = {}, here = form.text("position");
      if (!extent && here === undefined) { return; }
      // The window alone, or the position with its own.
      if (!extent) { ["position", "accuracy"].forEach(function (k) { if (form.text(k) !== undefined) { told[k] = form.text(k); } }); }
      if (form.text("on") !== undefined) { told.on = form.text("on"); }
      if (drawing) { drawing.abort(); }
      drawing = new AbortController();
      var mine = drawing.signal;
      say("map-state", "Drawing the map.");
      byId("map").classList.add("waiting");
      post("/api/map" + (extent ? "?extent=" + encodeURIComponent(extent) : ""), told, drawing.signal).then(function (a) { return a.json(); }).then(function (answer) {
        var held = byId("map").contains(document.activeElement);
        // A parsed document runs no script; and the policy of this page would stop any.
        var section = new DOMParser().parseFromString(answer.html, "text/html").querySelector(".sjmap");
        byId("map").replaceChildren(document.adoptNode(section), h("script", { src: "/map.js" }));
        byId("map").classList.remove("waiting");
        say("map-state", "");
        if (held) { byId("map").querySelector(".sjmap-view svg").focus(); }
      }).catch(function (fault) {
        if (fault && fault.name === "AbortError") { return; }
        // Another map is being drawn, perhaps one that nobody waits for any more.
        if (fault && fault.code === "HTTP-503") { setTimeout(function () { if (drawing.signal === mine) { map(); } }, 1000); return; }
        byId("map").classList.remove("waiting");
        byId("map").replaceChildren();
        say("map-state", "No map: " + words(fault).message);
      });
    }
    function angle(value, digits, positive, negative) {
      var parts = Math.round(Math.abs(value) * 6000), whole = String(Math.floor(parts / 6000)).padStart(digits, "0");
      return whole + "°" + (parts % 6000 / 100).toFixed(2).padStart(5, "0") + "'" + (value < 0 ? negative : positive);
    }
    byId("map").addEventListener("seajuris:point", function (event) {
      var svg = byId("map").querySelector(".sjmap-view svg"), view = svg.getAttribute("viewBox").split(" ").map(Number);
      // A click is no more exact than two points of the screen.
      var exact = Math.max(10, Math.ceil(2 * view[2] / svg.clientWidth / Number(svg.dataset.scale) / 10) * 10);
      var values = { position: angle(event.detail.lat, 2, "N", "S") + " " + angle(event.detail.lon, 3, "E", "W") };
      var own = form.text("accuracy") !== undefined && !clicked;
      if (!own) { values.accuracy = exact + " m"; }
      form.tell(values);
      clicked = !own;
      say("done", own ? "" : "The accuracy is that of a click on this map: " + exact + " m. Correct it if you know better.");
    });
    byId("waters").addEventListener("change", map);

    // --- Case and memo --------------------------------------------------------------------------------------------

    function load(told, title) {
      results.forget();
      form.load(told);
      say("done", title);
    }
    byId("scenario").addEventListener("change", function (event) {
      var found = scenarios.filter(function (s) { return s.id === event.target.value; })[0];
      if (found) { lesson = found; load(found.case, "Loaded: " + found.title); }
    });
    byId("clear").addEventListener("click", function () { lesson = null; byId("scenario").value = ""; load({}, "All facts are cleared."); });
    byId("file").addEventListener("change", function (event) {
      var file = event.target.files[0];
      if (!file) { return; }
      file.text().then(function (text) { return post("/api/case", text); }).then(function (a) { return a.json(); })
        .then(function (told) { lesson = null; load(told.case, "Opened: " + file.name); })
        .catch(function (fault) { fault = words(fault); say("done", "Not opened: " + fault.message + (fault.where ? " (" + fault.where + ")" : "") + (fault.hint ? " " + fault.hint : "")); });
      event.target.value = "";
    });
    byId("save").addEventListener("click", function () {
      post("/api/case", form.data()).then(function (a) { return a.json(); }).then(function (told) {
        save(new Blob([JSON.stringify(told.case, null, 2) + "\n"], { type: "application/json" }), "case.json");
        say("done", "The case file was downloaded.");
      }).catch(function (fault) { say("done", "Not downloaded: " + words(fault).message); });
    });
    byId("memo").addEventListener("click", function (event) {
      var form_ = byId("format").value, redact = byId("redact").checked ? "yes" : "no";
      event.target.disabled = true;
      say("done", "Writing the memo.");
      post("/api/memo?format=" + form_ + "&redact=" + redact, form.data()).then(function (a) { return a.blob(); }).then(function (blob) {
        save(blob, "memo." + form_);
        say("done", "The memo was downloaded.");
      }).catch(function (fault) { fault = words(fault); say("done", "No memo: " + fault.message + (fault.hint ? " " + fault.hint : "")); })
        .then(function () { event.target.disabled = false; });
    });
    byId("form").addEventListener("submit", function (event) { event.preventDefault(); });
    map();
    assess();
  }
})();
