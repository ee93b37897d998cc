import Imaging

/// What makes a report's maps and tables answer: it changes how they are seen, never what they say. Written without the
/// signs of markup, so that the page is well-formed XML; nothing in it can reach a network.
enum ReportScript {
  /// The colour maps as the engine has them: 256 colours of three bytes, base64.
  private static var tables: String {
    Colormap.allCases.map { colormap in
      "\"\(colormap.rawValue)\": \"\(Base64.text(colormap.colors.flatMap { [$0.red, $0.green, $0.blue] }))\""
    }.joined(separator: ", ")
  }

  static var text: String {
    """
    (function () {
      "use strict";
      var coded = { \(tables) }, tables = {};
      function all(root, query) { return Array.prototype.slice.call(root.querySelectorAll(query)); }
      function bytes(text) {
        return Uint8Array.from(atob(text), function (c) { return c.charCodeAt(0); });
      }
      function table(name) {
        if (!tables[name]) { tables[name] = bytes(coded[name]); }
        return tables[name];
      }
      function numbers(tile, name) { return tile.getAttribute("data-" + name).split(" ").map(Number); }
      function short(x) {
        if (!isFinite(x)) { return String(x); }
        return String(Number(x.toPrecision(4))).replace("-", "−");
      }

      // The cells of a map, as they were before any normalization.
      function cells(tile, low, high) {
        var raw = bytes(tile.getAttribute("data-cells")), view = new DataView(raw.buffer), result = [], i;
        if (tile.getAttribute("data-kind") === "float32") {
          for (i = 0; raw.length > i; i += 4) { result.push(view.getFloat32(i, true)); }
        } else {
          for (i = 0; raw.length > i; i += 2) {
            result.push(low + (high - low) * view.getUint16(i, true) / 65535);
          }
        }
        return result;
      }

      // The two cells that a place along an axis lies between: half-pixel centres, ends repeated.
      function neighbours(place, count) {
        var at = Math.min(Math.max(place * count - 0.5, 0), count - 1), first = Math.floor(at);
        return [first, Math.min(first + 1, count - 1), at - first];
      }

      function HeatMap(tile) {
        var size = numbers(tile, "size"), region = numbers(tile, "region"), pixels = numbers(tile, "pixels");
        var longest = Math.max(size[0], size[1]);
        // As many pixels as the picture on the page has; small ones are drawn finer than they are.
        var factor = longest > 1024 ? 1024 / longest : 320 > longest ? Math.ceil(320 / longest) : 1;
        var still = tile.querySelector("img.map"), canvas = document.createElement("canvas"), self = this;
        this.tile = tile;
        this.stage = tile.querySelector(".stage");
        this.rows = Number(tile.getAttribute("data-rows"));
        this.columns = Number(tile.getAttribute("data-columns"));
        this.low = Number(tile.getAttribute("data-low"));
        this.high = Number(tile.getAttribute("data-high"));
        this.values = cells(tile, this.low, this.high);
        this.isFinite = this.values.every(isFinite);
        this.size = size;
        this.region = region;
        canvas.width = Math.max(1, Math.round(pixels[2] * factor));
        canvas.height = Math.max(1, Math.round(pixels[3] * factor));
        canvas.setAttribute("style", still.getAttribute("style"));
        canvas.setAttribute("aria-hidden", "true");
        canvas.className = "map";
        this.canvas = canvas;
        this.across = [];
        this.down = [];
        var i;
        for (i = 0; canvas.width > i; i += 1) {
          this.across.push(neighbours(
            (pixels[0] + (i + 0.5) * pixels[2] / canvas.width - region[0]) / region[2], this.columns));
        }
        for (i = 0; canvas.height > i; i += 1) {
          this.down.push(neighbours(
            (pixels[1] + (i + 0.5) * pixels[3] / canvas.height - region[1]) / region[3], this.rows));
        }
        still.parentNode.replaceChild(canvas, still);
        this.cross = document.createElement("span");
        this.cross.className = "cross";
        this.cross.hidden = true;
        this.stage.appendChild(this.cross);
        this.stage.tabIndex = 0;
        this.stage.addEventListener("pointermove", function (event) {
          var box = self.stage.getBoundingClientRect();
          self.read((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, false);
        });
        this.stage.addEventListener("pointerleave", function () { self.forget(); });
        this.stage.addEventListener("blur", function () { self.forget(); });
        this.stage.addEventListener("keydown", function (event) { self.move(event); });
      }

      // Bilinear between the four cells around a place.
      HeatMap.prototype.between = function (x, y) {
        var v = this.values, w = this.columns, top = y[0] * w, bottom = y[1] * w;
        var above = v[top + x[0]] * (1 - x[2]) + v[top + x[1]] * x[2];
        var below = v[bottom + x[0]] * (1 - x[2]) + v[bottom + x[1]] * x[2];
        return above * (1 - y[2]) + below * y[2];
      };

      HeatMap.prototype.draw = function (name, low, high) {
        var context = this.canvas.getContext("2d"), w = this.canvas.width, h = this.canvas.height;
        var image = context.createImageData(w, h), out = image.data, colors = table(name), span = high - low;
        var isFlat = !(span > 0) || !this.isFinite, i = 0, x, y, at;
        for (y = 0; h > y; y += 1) {
          for (x = 0; w > x; x += 1) {
            at = isFlat ? 0 : Math.floor(255 * (this.between(this.across[x], this.down[y]) - low) / span);
            at = 3 * Math.min(Math.max(at, 0), 255);
            out[i] = colors[at];
            out[i + 1] = colors[at + 1];
            out[i + 2] = colors[at + 2];
            out[i + 3] = 255;
            i += 4;
          }
        }
        context.putImageData(image, 0, 0);
        this.legend(colors, low, high);
      };

      HeatMap.prototype.legend = function (colors, low, high) {
        var stops = [], i, ticks = all(this.tile, ".ticks span");
        for (i = 0; 256 > i; i += 15) {
          stops.push("rgb(" + colors[3 * i] + "," + colors[3 * i + 1] + "," + colors[3 * i + 2] + ")");
        }
        this.tile.querySelector(".bar").style.background = "linear-gradient(to right," + stops.join(",") + ")";
        [low, low + (high - low) / 2, high].forEach(function (value, index) {
          if (ticks[index]) { ticks[index].textContent = short(value); }
        });
      };

      // Says the value at a place of the picture, 0 to 1 both ways.
      HeatMap.prototype.read = function (x, y, isMarked) {
        var reading = this.tile.querySelector(".reading");
        var u = (x * this.size[0] - this.region[0]) / this.region[2];
        var v = (y * this.size[1] - this.region[1]) / this.region[3];
        this.cross.hidden = !isMarked;
        this.cross.style.left = 100 * x + "%";
        this.cross.style.top = 100 * y + "%";
        if (Math.min(u, v) >= 0 ? 1 > Math.max(u, v) : false) {
          reading.textContent = short(this.between(neighbours(u, this.columns), neighbours(v, this.rows))) +
            " in row " + (Math.floor(v * this.rows) + 1) + " of " + this.rows + ", column " +
            (Math.floor(u * this.columns) + 1) + " of " + this.columns;
        } else {
          reading.textContent = "outside what the model saw";
        }
      };

      HeatMap.prototype.forget = function () {
        this.cross.hidden = true;
        this.at = null;
        this.tile.querySelector(".reading").textContent = "";
      };

      // The cursor keys go from cell to cell; the first begins at the highest one.
      HeatMap.prototype.move = function (event) {
        var steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
        var step = steps[event.key], best = 0;
        if (!step) { return; }
        event.preventDefault();
        if (this.at) {
          this.at = [
            Math.min(Math.max(this.at[0] + step[0], 0), this.rows - 1),
            Math.min(Math.max(this.at[1] + step[1], 0), this.columns - 1)
          ];
        } else {
          this.values.forEach(function (value, index, list) { if (value > list[best]) { best = index; } });
          this.at = [Math.floor(best / this.columns), best % this.columns];
        }
        this.read(
          (this.region[0] + (this.at[1] + 0.5) / this.columns * this.region[2]) / this.size[0],
          (this.region[1] + (this.at[0] + 0.5) / this.rows * this.region[3]) / this.size[1], true);
      };

      all(document, ".maps").forEach(function (group) {
        var maps = all(group, ".tile[data-cells]").map(function (tile) { return new HeatMap(tile); });
        var colors = group.querySelector(".colors"), shared = group.querySelector(".shared");
        var opacity = group.querySelector(".opacity");
        var low = Number(group.getAttribute("data-low")), high = Number(group.getAttribute("data-high"));
        function draw() {
          maps.forEach(function (map) {
            var isShared = shared ? shared.checked : false;
            map.draw(colors.value, isShared ? low : map.low, isShared ? high : map.high);
          });
        }
        function fade() {
          maps.forEach(function (map) { map.canvas.style.opacity = opacity.value / 100; });
        }
        group.querySelector(".tools").hidden = maps.length === 0;
        colors.addEventListener("change", draw);
        if (shared) { shared.addEventListener("change", draw); }
        if (opacity) { opacity.addEventListener("input", fade); }
        draw();
      });

      // Tables are sorted by a click on a heading; once more turns the order.
      all(document, "table.data").forEach(function (table) {
        var body = table.tBodies[0], heads = all(table, "thead th");
        function key(row, index) {
          var cell = row.cells[index], exact = cell.getAttribute("data-v");
          return exact === null ? cell.textContent : exact;
        }
        function compare(a, b, isNumber) {
          if (isNumber) {
            var x = Number(a.replace("−", "-")), y = Number(b.replace("−", "-"));
            if (isNaN(x)) { return isNaN(y) ? 0 : 1; }
            if (isNaN(y)) { return -1; }
            return x - y;
          }
          return a.localeCompare(b, "en", { numeric: true });
        }
        heads.forEach(function (head, index) {
          var button = document.createElement("button");
          button.type = "button";
          while (head.firstChild) { button.appendChild(head.firstChild); }
          head.appendChild(button);
          head.setAttribute("aria-sort", "none");
          button.addEventListener("click", function () {
            var turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
            var isNumber = head.classList.contains("n"), rows = Array.prototype.slice.call(body.rows);
            heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
            head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
            rows.sort(function (a, b) { return turn * compare(key(a, index), key(b, index), isNumber); });
            rows.forEach(function (row) { body.appendChild(row); });
          });
        });
      });

      // Times stand in one place of the page; beside each cell they are copied from there.
      var timings = document.getElementById("timings");
      all(timings, "tr[data-cell]").forEach(function (row) {
        var place = document.querySelector(".took[data-cell='" + row.getAttribute("data-cell") + "']");
        var text = row.cells[1].textContent;
        if (place) { if (Number(text) >= 0.05) { place.textContent = Number(text).toPrecision(2) + " s"; } }
      });
      document.getElementById("took").textContent = "It took " + timings.getAttribute("data-total") + " seconds.";
    })();
    """
  }
}
