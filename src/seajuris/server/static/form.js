// The form: made from the declared facts, so that it offers what the rules can use, and nothing else.
var seajuris = {};
(function () {
  "use strict";

  // An element; text is only ever set as text, so that no name in a case can become markup.
  function h(tag, attributes) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      var value = attributes[name];
      if (typeof value === "function") { element.addEventListener(name, value); }
      else if (value === true) { element.setAttribute(name, ""); }
      else if (value !== false && value !== null && value !== undefined) { element.setAttribute(name, value); }
    });
    for (var i = 2; i < arguments.length; i++) {
      [arguments[i]].flat(Infinity).forEach(function (part) {
        if (part !== null && part !== undefined && part !== "") { element.append(part); }
      });
    }
    return element;
  }

  var GROUPS = [
    ["Place and day", ["position", "accuracy", "on"], true],
    ["Vessel", ["vessel.flag", "vessel.flag_status", "vessel.type", "vessel.name", "vessel.mmsi", "vessel.imo"], true],
    ["What happened", ["event", "offences", "benefit", "organised_group"], false],
    ["suspects", [], true],
    ["victims", [], true],
    ["Voyage and landing", ["departure", "departed_on", "planned_in", "destination", "landed_in", "landed_on", "entry",
      "rescue_foreseeable", "rescued_by", "passage", "committed_before_entry"], false],
    ["Intervention and custody", ["intervention.by", "intervention.flag_consent", "intervention.pursuit_began",
      "intervention.pursuit_of", "intervention.pursuit_unbroken", "frontex_operation", "custody"], false],
    ["other_vessels", [], false],
    ["decisions", [], false]
  ];
  var HINTS = {
    position: "e.g. 36°15'N 21°04'E, or click on the map", accuracy: "with its unit: 1 nm, 500 m", date: "2023-06-14; or 2023-06, 2023"
  };

  // Whether a list's entry was picked, not typed: whoever types "Nigeria" has for a moment written "Niger".
  function picked(event) { return event.inputType === undefined || event.inputType === "insertReplacementText"; }

  seajuris.h = h;
  seajuris.Form = function (root, words, changed) {
    var facts = words.facts, data = {}, fields = {}, serial = 0;
    var byCode = {}, byWord = {};
    words.states.forEach(function (s) {
      byCode[s.code] = s.name;
      [s.code].concat(s.demonyms, s.name).forEach(function (word) {
        var key = word.toLowerCase();
        // A word for two States is left to the server, which asks.
        byWord[key] = key in byWord && byWord[key] !== s.code ? null : s.code;
      });
    });

    function steps(path) {
      return path.split(".").reduce(function (found, part) {
        var match = /^(\w+)\[(\d+)\]$/.exec(part);
        return found.concat(match ? [match[1], +match[2]] : [part]);
      }, []);
    }
    function get(path) {
      return steps(path).reduce(function (at, step) { return at && typeof at === "object" ? at[step] : undefined; }, data);
    }
    function set(path, value) {
      var way = steps(path), last = way.pop(), at = data;
      way.forEach(function (step, i) {
        if (at[step] === undefined || typeof at[step] !== "object") { at[step] = typeof way[i + 1] === "number" ? [] : {}; }
        at = at[step];
      });
      if (value === undefined || value === "" || (Array.isArray(value) && !value.length)) { delete at[last]; }
      else { at[last] = value; }
      var group = way[0];
      if (way.length === 1 && typeof last !== "number" && !Object.keys(data[group]).length) { delete data[group]; }
      counts();
      changed(path);
    }
    function shown(value) {
      if (value === true) { return "yes"; }
      if (value === false) { return "no"; }
      return byCode[value] || String(value);
    }
    function read(text) {
      var word = text.trim();
      return byWord[word.toLowerCase()] || word;
    }

    // --- One field ------------------------------------------------------------------------------------------------

    function field(fact, path) {
      var id = "f" + serial++, holder = h("div", { "class": "field" }), label = fact.label;
      label = label.charAt(0).toUpperCase() + label.slice(1);
      fields[path] = { fact: fact, holder: holder, draw: draw, id: id };
      function draw() {
        var value = get(path);
        holder.replaceChildren();
        fields[path].input = null;
        if (value && typeof value === "object" && value.disputed) {
          holder.append(h("p", { "class": "told" }, label + ": disputed, alleged are " + value.disputed.map(shown).join(", ") + ". ",
            fields[path].input = h("button", { type: "button", click: function () { set(path, undefined); draw(); } }, "Tell it otherwise")));
        } else { kinds[fact.type](value); }
        holder.append(h("p", { "class": "fault", id: id + "-fault", hidden: true }));
      }
      function named(element) { fields[path].input = element; return element; }
      function told(id) { return { id: id, title: fact.ask, "aria-describedby": id + "-fault" }; }
      function text(value, hint) {
        if (typeof value === "object" && value) { value = value.lat + ", " + value.lon; }
        holder.append(h("label", { "for": id }, label), named(h("input", Object.assign(told(id), {
          type: "text", value: value === undefined ? "" : String(value), placeholder: hint || HINTS[fact.path] || "",
          change: function (event) { set(path, event.target.value.trim()); }
        }))));
      }
      function choose(pairs, value) {
        var control = named(h("select", Object.assign(told(id), { change: function (e) { set(path, e.target.value); } }),
          h("option", { value: "" }, "don't know"), pairs.map(function (pair) {
            return h("option", { value: pair[0], selected: shown(value) === pair[0] }, pair[1]);
          })));
        holder.append(h("label", { "for": id }, label), control);
      }
      function state(value) {
        holder.append(h("label", { "for": id }, label), named(h("input", Object.assign(told(id), {
          type: "text", list: "states", value: value === undefined ? "" : shown(value), placeholder: "unknown",
          input: function (e) { if (picked(e) && byWord[e.target.value.trim().toLowerCase()]) { set(path, read(e.target.value)); } },
          change: function (e) { if (get(path) !== read(e.target.value)) { set(path, read(e.target.value)); } }
        }))));
      }
      function several(value) {
        var list = value === undefined ? [] : [].concat(value), control;
        function add(whole, stay) {
          var word = read(control.value);
          if (!control.isConnected || !word || (!whole && !byWord[control.value.trim().toLowerCase()])) { return; }
          var none = word === "none" || word === fact.none;
          set(path, none ? word : list.filter(function (v) { return v !== word && v !== "none" && v !== fact.none; }).concat(word));
          draw();
          if (stay) { fields[path].input.focus(); }
        }
        control = named(h("input", Object.assign(told(id), {
          type: "text", list: "states", placeholder: list.length ? "add another" : "unknown",
          input: function (e) { if (picked(e)) { add(false, true); } }, change: function () { add(true, false); },
          keydown: function (e) { if (e.key === "Enter") { e.preventDefault(); add(true, true); } }
        })));
        holder.append(h("label", { "for": id }, label), h("div", { "class": "chips" }, list.map(function (item) {
          return h("button", { type: "button", "aria-label": "Remove " + shown(item), click: function () {
            set(path, list.filter(function (v) { return v !== item; })); draw(); fields[path].input.focus();
          } }, shown(item) + " ×");
        })), control);
      }
      var kinds = {
        position: function (v) { text(v); }, length: function (v) { text(v); }, text: function (v) { text(v); },
        date: function (v) { text(v, HINTS.date); }, state: state, states: several,
        choice: function (v) {
          choose(Object.keys(fact.values).map(function (key) { return [key, fact.values[key]]; }), v);
        },
        choices: function (value) {
          var list = value === undefined ? [] : [].concat(value), first = true;
          holder.append(h("fieldset", { "aria-describedby": id + "-fault" }, h("legend", {}, label), h("div", { "class": "options" },
            Object.keys(fact.values).map(function (key) {
              var box = h("input", { type: "checkbox", checked: list.indexOf(key) >= 0, change: function (e) {
                list = list.filter(function (v) { return v !== key; }).concat(e.target.checked ? [key] : []);
                set(path, list.slice());
              } });
              if (first) { named(box); first = false; }
              return h("label", {}, box, h("span", {}, fact.values[key]));
            }))));
        },
        yes_no: function (value) {
          var now = value === undefined || value === null ? "" : { "true": "yes", "false": "no" }[value] || String(value);
          holder.append(h("fieldset", { "aria-describedby": id + "-fault", title: fact.ask }, h("legend", {}, label),
            h("div", { "class": "three" }, [["yes", "Yes"], ["no", "No"], ["", "Don't know"]].map(function (pair, i) {
              var radio = h("input", { type: "radio", name: id, value: pair[0], checked: now === pair[0], change: function () { set(path, pair[0]); } });
              if (!i) { named(radio); }
              return h("label", {}, radio, pair[1]);
            }))));
        }
      };
      draw();
      return holder;
    }

    // --- Lists of persons, vessels, decisions ---------------------------------------------------------------------

    function people(name) {
      var both = words.words.lists[name] || [name, name], holder = h("div", {});
      var own = facts.filter(function (f) { return f.path.indexOf(name + "[].") === 0; });
      fields[name] = { holder: holder, draw: draw, fact: { label: both[1], path: name }, id: name };
      function plain(entry) {
        return typeof entry === "string" ? { nationality: entry.split("+").map(function (s) { return s.trim(); }) } : entry;
      }
      function draw() {
        Object.keys(fields).forEach(function (path) { if (path.indexOf(name + "[") === 0) { delete fields[path]; } });
        holder.replaceChildren();
        if (Array.isArray(data[name])) { data[name] = data[name].map(plain); }
        var list = Array.isArray(data[name]) ? data[name] : [], none = data[name] === "none";
        list.forEach(function (_, i) {
          holder.append(h("fieldset", {}, h("legend", {}, both[0] + " " + (i + 1)), own.map(function (fact) {
            return field(fact, fact.path.replace("[]", "[" + i + "]"));
          }), h("button", { type: "button", click: function () {
            list.splice(i, 1);
            set(name, list.length ? list : undefined);
            draw();
            add.focus();
          } }, "Remove " + both[0].toLowerCase() + " " + (i + 1))));
        });
        var add = h("button", { type: "button", disabled: none, click: function () {
          // An entry of which nothing is told says that there was one.
          set(name, list.concat({}));
          draw();
          var first = fields[name + "[" + list.length + "]." + own[0].path.split(".")[1]];
          if (first && first.input) { first.input.focus(); }
        } }, "Add " + (/^[aeiou]/i.test(both[0]) ? "an " : "a ") + both[0].toLowerCase());
        fields[name].input = add;
        var box = h("input", { type: "checkbox", checked: none, disabled: !!list.length, change: function (e) {
          set(name, e.target.checked ? "none" : undefined); draw();
        } });
        holder.append(h("div", { "class": "row" }, add, h("label", { "class": "check" }, box, "There were none")),
          h("p", { "class": "fault", id: name + "-fault", hidden: true }));
      }
      draw();
      return holder;
    }

    // --- The whole ------------------------------------------------------------------------------------------------

    var groups = [];
    function counts() {
      groups.forEach(function (group) {
        var told = group.paths.filter(function (path) { return get(path) !== undefined; }).length;
        if (group.list) { told = Array.isArray(data[group.list]) ? data[group.list].length : data[group.list] ? 1 : 0; }
        group.count.textContent = told ? " (" + told + " told)" : "";
      });
    }
    function group(title, paths, open, list) {
      var count = h("span", { "class": "count" }), body = h("div", {});
      groups.push({ paths: paths, count: count, list: list });
      root.append(h("details", { open: open }, h("summary", {}, title, count), body));
      return body;
    }
    var listed = {};
    facts.forEach(function (fact) { listed[fact.path] = fact; });
    GROUPS.forEach(function (told) {
      if (words.words.lists[told[0]]) {
        group(words.words.lists[told[0]][1], [], told[2], told[0]).append(people(told[0]));
        return;
      }
      var paths = told[1].filter(function (path) { return listed[path]; }), body = group(told[0], paths, told[2]);
      paths.forEach(function (path) { body.append(field(listed[path], path)); delete listed[path]; });
    });
    // Facts that a rule set adds must be tellable too.
    var others = Object.keys(listed).filter(function (path) { return path.indexOf("[]") < 0; });
    if (others.length) {
      var rest = group("Other facts", others, false);
      others.forEach(function (path) { rest.append(field(listed[path], path)); });
    }

    function plainPath(path) { return path.indexOf("[]") < 0 ? path : path.replace("[]", "[0]"); }
    function nearest(path) {
      return fields[path] || fields[plainPath(path)] || fields[path.split("[")[0]] || fields[path.split(".")[0]];
    }
    return {
      data: function () { return data; },
      text: function (path) { return get(path); },
      load: function (told) {
        data = JSON.parse(JSON.stringify(told));
        Object.keys(fields).filter(function (path) { return path.indexOf("[") < 0; }).forEach(function (path) { fields[path].draw(); });
        counts();
        changed("");
      },
      tell: function (values) {
        Object.keys(values).forEach(function (path) { set(path, values[path]); if (fields[path]) { fields[path].draw(); } });
      },
      label: function (path) {
        var match = /^(\w+)\[(\d+)\]/.exec(path), base = path.replace(/\[\d+\]/, "[]");
        var fact = facts.filter(function (f) { return f.path === base; })[0], list = match && words.words.lists[match[1]];
        if (list) { return list[0] + " " + (+match[2] + 1) + (fact ? ": " + fact.label : ""); }
        return fact ? fact.label : path;
      },
      answer: function (path) {
        var found = nearest(path);
        if (!found || !found.input) { return; }
        var details = found.holder.closest("details");
        if (details) { details.open = true; }
        found.input.focus();
        found.input.scrollIntoView({ block: "center" });
      },
      fault: function (fault) {
        Object.keys(fields).forEach(function (path) {
          var spot = document.getElementById(fields[path].id + "-fault");
          if (spot) { spot.hidden = true; spot.textContent = ""; }
          if (fields[path].input) { fields[path].input.removeAttribute("aria-invalid"); }
        });
        if (!fault || !fault.where) { return; }
        var path = fault.where.split(": ").pop(), found = fields[path] || nearest(path);
        if (!found) { return; }
        var note = document.getElementById(found.id + "-fault");
        note.textContent = fault.message + (fault.hint ? " " + fault.hint : "");
        note.hidden = false;
        if (found.input) { found.input.setAttribute("aria-invalid", "true"); }
        var details = found.holder.closest("details");
        if (details) { details.open = true; }
      }
    };
  };
})();
