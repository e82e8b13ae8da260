// Table: a list of rows of which only the visible ones are in the document, so that ten thousand are no more work than
// fifty.
//
// show({columns, rows, cells, picked, width}): columns are [title, class], cells(row) the texts, or [text, class, click],
// of one row; picked(row) is called for a click on it; width is the least one of all columns together, in pixels.
const kRowHeight = 26;

class Table {
  constructor(list, space) {
    this.list = list;
    this.space = space;
    list.onscroll = () => this.draw();
    list.onkeydown = event => this.step(event);
  }

  show(view) {
    this.view = view;
    this.chosen = null;
    this.list.scrollTop = 0;
    this.space.style.minWidth = (view.width || 0) + "px";
    this.draw();
  }

  choose(row) {
    this.chosen = row;
    this.view.picked(row);
    const top = this.view.rows.indexOf(row) * kRowHeight, visible = this.list.clientHeight - 2 * kRowHeight;
    if (top < this.list.scrollTop || top > this.list.scrollTop + visible) this.list.scrollTop = top - visible / 2;
    this.draw();
  }

  // The arrow keys go from row to row.
  step(event) {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key], rows = this.view.rows;
    if (!step || rows.length === 0) return;
    event.preventDefault();
    this.choose(rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(this.chosen) + step))]);
  }

  draw() {
    const {columns, rows, cells} = this.view;
    this.space.style.height = (rows.length + 1) * kRowHeight + "px";
    const first = Math.max(0, Math.floor(this.list.scrollTop / kRowHeight) - 5);
    const last = Math.min(rows.length, first + Math.ceil(this.list.clientHeight / kRowHeight) + 10);
    const drawn = document.createDocumentFragment();
    const head = element("div", undefined, "row head");
    for (const [title, name] of columns) head.append(this.drawCell(title, name));
    drawn.append(head);
    for (let i = first; i < last; ++i) drawn.append(this.drawRow(rows[i], i, cells(rows[i])));
    this.space.replaceChildren(drawn);
  }

  // What is cut off in a narrow column can be read by pointing at it.
  drawCell(text, className) {
    const made = element("span", text, className);
    made.title = text;
    return made;
  }

  drawRow(row, index, cells) {
    const made = element("div", undefined, row === this.chosen ? "row picked" : "row");
    made.style.top = (index + 1) * kRowHeight + "px";
    cells.forEach((cell, column) => {
      const [text, name, click] = Array.isArray(cell) ? cell : [cell];
      const shown = this.drawCell(text, `${this.view.columns[column][1]} ${name || ""}`);
      if (click) shown.onclick = event => { event.stopPropagation(); click(); };
      made.append(shown);
    });
    made.onclick = () => this.choose(row);
    return made;
  }
}
