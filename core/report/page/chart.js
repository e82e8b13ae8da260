// Chart: one graph on a canvas, to move, zoom and click. Only what is visible is drawn, once a frame at most.
//
// look(v) says how a node is drawn: {title, text, fill, frame, faint}. picked(v) is called for a click on a node.
const kNodeHeight = 44, kLayerHeight = 84, kLeastTextScale = 0.45;

class Chart {
  constructor(canvas, look, picked) {
    this.canvas = canvas;
    this.look = look;
    this.picked = picked;
    this.scale = 1;
    this.left = this.top = 0;  // the world's point in the upper left corner
    this.selected = null;
    this.pointers = new Map();
    this.waiting = false;
    this.drawn = 0;  // nodes in the last frame
    canvas.onpointerdown = event => this.press(event);
    canvas.onpointermove = event => this.drag(event);
    canvas.onpointerup = canvas.onpointercancel = event => this.release(event);
    canvas.addEventListener("wheel", event => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), event.offsetX, event.offsetY);
    }, {passive: false});
  }

  show(sources) {
    this.sources = sources;
    this.place = layOut(sources);
    this.readers = sources.map(() => []);
    sources.forEach((from, v) => from.forEach(u => this.readers[u].push(v)));
    this.selected = null;
    this.start();
  }

  bounds() {
    const {x, layers} = this.place;
    let left = Infinity, right = -Infinity;
    for (const members of layers) {
      left = Math.min(left, x[members[0]]);
      right = Math.max(right, x[members[members.length - 1]]);
    }
    if (left > right) left = right = 0;
    return {left: left - kNodeWidth, right: right + kNodeWidth, top: -kLayerHeight, bottom: layers.length * kLayerHeight};
  }

  // All of it.
  fit() {
    const {left, right, top, bottom} = this.bounds();
    this.scale = Math.min(1, this.canvas.clientWidth / (right - left), this.canvas.clientHeight / (bottom - top));
    this.center((left + right) / 2, (top + bottom) / 2);
  }

  // All of it if that is readable, otherwise its beginning.
  start() {
    this.fit();
    if (this.scale >= kLeastTextScale || this.place.layers.length === 0) return;
    this.scale = 0.7;
    const {x, layers} = this.place;
    const middle = layers[0][Math.floor(layers[0].length / 2)];
    this.center(x[middle], this.canvas.clientHeight / 2 / this.scale - kLayerHeight / 2);
  }

  center(x, y) {
    this.left = x - this.canvas.clientWidth / 2 / this.scale;
    this.top = y - this.canvas.clientHeight / 2 / this.scale;
    this.redraw();
  }

  select(v, move) {
    this.selected = v;
    if (v !== null && move) {
      const at = this.position(v);
      const inside = at.x > 40 && at.x < this.canvas.clientWidth - 40 && at.y > 20 && at.y < this.canvas.clientHeight - 20;
      if (!inside || this.scale < kLeastTextScale) {
        this.scale = Math.max(this.scale, 0.7);
        this.center(this.place.x[v], this.place.layer[v] * kLayerHeight);
      }
    }
    this.redraw();
  }

  // The centre of a node, in pixels of the canvas.
  position(v) {
    return {x: (this.place.x[v] - this.left) * this.scale, y: (this.place.layer[v] * kLayerHeight - this.top) * this.scale};
  }

  // The node at a point of the canvas, or null.
  at(offsetX, offsetY) {
    const x = offsetX / this.scale + this.left, y = offsetY / this.scale + this.top;
    const layer = Math.round(y / kLayerHeight);
    // Small nodes are hit a little beside them too.
    const slack = Math.max(0, 4 / this.scale - 4);
    if (Math.abs(y - layer * kLayerHeight) > kNodeHeight / 2 + slack) return null;
    for (const v of this.range(layer, x - kNodeWidth - slack, x + kNodeWidth + slack)) {
      if (v < this.sources.length && Math.abs(this.place.x[v] - x) <= kNodeWidth / 2 + slack) return v;
    }
    return null;
  }

  // The members of a layer between two places.
  range(layer, left, right) {
    const members = this.place.layers[layer] || [], x = this.place.x;
    const first = bound => {
      let low = 0, high = members.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (x[members[middle]] < bound) low = middle + 1; else high = middle;
      }
      return low;
    };
    return members.slice(first(left), first(right));
  }

  // The node that an arrow key leads to, or null.
  neighbour(key) {
    const v = this.selected;
    if (v === null) return this.sources.length > 0 ? 0 : null;
    if (key === "ArrowUp") return this.sources[v][0] ?? null;
    if (key === "ArrowDown") return this.readers[v][0] ?? null;
    const beside = this.place.layers[this.place.layer[v]].filter(u => u < this.sources.length);
    return beside[beside.indexOf(v) + (key === "ArrowLeft" ? -1 : 1)] ?? null;
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
    this.moved = this.pointers.size > 1 ? Infinity : 0;
  }

  drag(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const now = {x: event.offsetX, y: event.offsetY};
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    this.pointers.set(event.pointerId, now);
    this.moved += Math.abs(now.x - last.x) + Math.abs(now.y - last.y);
    if (others.length > 0) {
      const distance = point => Math.max(1, Math.hypot(point.x - others[0].x, point.y - others[0].y));
      this.zoom(distance(now) / distance(last), (now.x + others[0].x) / 2, (now.y + others[0].y) / 2);
    } else if (this.moved > 4) {
      this.left -= (now.x - last.x) / this.scale;
      this.top -= (now.y - last.y) / this.scale;
      this.redraw();
    }
  }

  release(event) {
    if (!this.pointers.delete(event.pointerId) || this.pointers.size > 0) return;
    if (event.type !== "pointerup" || this.moved > 4) return;
    const v = this.at(event.offsetX, event.offsetY);
    if (v !== null) this.picked(v);
  }

  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const scale = Math.min(3, Math.max(0.0005, this.scale * factor));
    this.left += x / this.scale - x / scale;
    this.top += y / this.scale - y / scale;
    this.scale = scale;
    this.redraw();
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const {canvas, scale} = this, ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const color = name => style.getPropertyValue(name).trim();
    pen.setTransform(ratio * scale, 0, 0, ratio * scale, -this.left * scale * ratio, -this.top * scale * ratio);
    const right = this.left + width / scale;
    const first = Math.max(0, Math.floor(this.top / kLayerHeight) - 1);
    const last = Math.min(this.place.layers.length - 1, Math.ceil((this.top + height / scale) / kLayerHeight));
    this.drawEdges(pen, first, last, right, color("--edge"), color("--pick"));
    this.drawn = 0;
    for (let layer = first; layer <= last; ++layer) {
      for (const v of this.range(layer, this.left - kNodeWidth, right + kNodeWidth)) {
        if (v < this.sources.length) this.drawNode(pen, v, color("--text"), color("--pick"));
      }
    }
  }

  drawEdges(pen, first, last, right, edge, pick) {
    const {x, layer, lines, bows} = this.place;
    const touched = v => v === this.selected;  // the edges of the chosen node are drawn last
    for (const chosen of [false, true]) {
      pen.beginPath();
      for (let at = first; at <= last; ++at) {
        for (const [from, to, u, v] of lines[at] || []) {
          if ((touched(u) || touched(v)) !== chosen) continue;
          if (Math.max(x[from], x[to]) < this.left || Math.min(x[from], x[to]) > right) continue;
          const begin = at * kLayerHeight + (from < this.sources.length ? kNodeHeight / 2 : 0);
          const end = (at + 1) * kLayerHeight - (to < this.sources.length ? kNodeHeight / 2 : 0);
          pen.moveTo(x[from], begin);
          if (x[from] === x[to] || this.scale < kLeastTextScale) pen.lineTo(x[to], end);
          else pen.bezierCurveTo(x[from], (begin + end) / 2, x[to], (begin + end) / 2, x[to], end);
        }
      }
      for (const [u, v] of bows) {
        if ((touched(u) || touched(v)) !== chosen || layer[v] < first || layer[u] > last) continue;
        const from = layer[u] * kLayerHeight, to = layer[v] * kLayerHeight, side = Math.max(x[u], x[v]) + kNodeWidth;
        pen.moveTo(x[u] + kNodeWidth / 2, from);
        pen.bezierCurveTo(side, from, side, from, side, from + kLayerHeight);
        pen.lineTo(side, to - kLayerHeight);
        pen.bezierCurveTo(side, to, side, to, x[v] + kNodeWidth / 2, to);
      }
      pen.strokeStyle = chosen ? pick : edge;
      pen.lineWidth = (chosen ? 2 : 1) / Math.min(1, this.scale);
      pen.stroke();
    }
  }

  drawNode(pen, v, text, pick) {
    ++this.drawn;
    const {title, text: line, fill, frame, faint} = this.look(v);
    // Seen from far away a node is still a speck of its colour.
    const width = Math.max(kNodeWidth, 6 / this.scale), height = Math.max(kNodeHeight, 1.5 / this.scale);
    const left = this.place.x[v] - width / 2, top = this.place.layer[v] * kLayerHeight - height / 2;
    pen.globalAlpha = faint ? 0.2 : 1;
    pen.fillStyle = this.scale < kLeastTextScale ? frame : fill;
    pen.fillRect(left, top, width, height);
    if (this.scale >= kLeastTextScale) {
      pen.strokeStyle = frame;
      pen.lineWidth = 1;
      pen.strokeRect(left, top, width, height);
      pen.fillStyle = text;
      pen.font = "600 13px system-ui, sans-serif";
      pen.fillText(shortened(title, 20), left + 8, top + 18);
      pen.font = "11px system-ui, sans-serif";
      pen.fillText(shortened(line, 25), left + 8, top + 35);
    }
    if (v === this.selected) {
      pen.globalAlpha = 1;
      pen.strokeStyle = pick;
      pen.lineWidth = 3 / Math.min(1, this.scale);
      pen.strokeRect(left, top, width, height);
    }
    pen.globalAlpha = 1;
  }
}

// The end of a name says more than its beginning.
function shortened(text, length) {
  return text.length <= length ? text : "…" + text.slice(1 - length);
}
