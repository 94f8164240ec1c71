/* Write one name of the base map: at its point, or letter by letter along its street. */
(() => {
  "use strict";

  const GAP_PX = 2;
  const ASIDE = [[0, 0], [0, -1], [0, 1], [-1.25, 0], [1.25, 0]];
  // Beside a walk, a stop or a sign on a straight street there may be room for its name; in a bend
  // its letters would run into each other.
  const BESIDE = { street: [0, -13, 13], major: [0, -14, 14] };

  function ink({ context, palette }, { colour, halo = 3 }) {
    context.fillStyle = palette[colour];
    context.strokeStyle = palette.halo;
    context.lineWidth = halo;
    context.lineJoin = "round";
    context.textAlign = "center";
    context.textBaseline = "middle";
  }

  // Lines of a name no longer than about 16 letters; a letter alone stays with the next word, or
  // with the one before it.
  function broken(name) {
    const lines = [];
    const kept = name.replace(/(^|\s)(\S)\s+(?=\S)/g, "$1$2\u00a0").replace(/\s+(\S)$/, "\u00a0$1");
    for (const word of kept.split(/[ \n]+/)) {
      const last = lines[lines.length - 1];
      if (last !== undefined && `${last} ${word}`.length <= 16) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  }

  function atPoint({ kind, name, look, points: [[x, y]] }, pen) {
    const { context, room, written } = pen;
    const dot = hasDot(look, pen);
    if (pen.zoom < (look.nameFrom || 0)) return false;
    const down = dot ? look.size * 0.95 : 0;
    for (const [lines, [aside, below]] of waysTo(kind, name, look, pen)) {
      const width = Math.max(...lines.map((line) => context.measureText(line).width));
      const high = lines.length * look.size * 1.15;
      const middleX = x + aside;
      const top = y + below + down - (dot ? look.size * 0.3 : high / 2);
      const box = [middleX - width / 2 - GAP_PX, top - GAP_PX, middleX + width / 2 + GAP_PX, top + high + GAP_PX];
      if (!room.free(box)) continue;
      room.add(box);
      written.push({ name, kind, boxes: [box] });
      ink(pen, look);
      lines.forEach((line, place) => {
        const middle = top + (place + 0.5) * look.size * 1.15;
        context.strokeText(line, middleX, middle);
        context.fillText(line, middleX, middle);
      });
      return true;
    }
    return false;
  }

  // A district is its numeral and its name, or the numeral alone where there is no more room; what
  // means an area may stand a little aside.
  function waysTo(kind, name, { aside }, { areas }) {
    const steps = aside ? ASIDE.map((step) => step.map((part) => part * aside)) : [[0, 0]];
    const [numeral, rest] = name.split("\n");
    let texts = [broken(name)];
    if (kind === "district") texts = areas ? [[numeral]] : [[numeral, ...broken(rest)], [numeral]];
    return texts.flatMap((lines) => steps.map((step) => [lines, step]));
  }

  const hasDot = ({ dot, dotFrom }, { zoom }) => dot && zoom >= dotFrom;

  // Dots come before all names, none of which may cover one.
  function drawDot({ look, points: [[x, y]] }, pen) {
    if (!hasDot(look, pen)) return;
    const { context, palette, room } = pen;
    const half = look.dot + 1;
    room.add([x - half, y - half, x + half, y + half]);
    context.beginPath();
    context.arc(x, y, look.dot, 0, 2 * Math.PI);
    context.fillStyle = palette[look.colour];
    context.strokeStyle = palette.halo;
    context.lineWidth = 1.5;
    context.stroke();
    context.fill();
  }

  // Letters one by one along a bent piece of a street; a straight piece is written as a whole.
  function alongLine({ kind, name, look, points }, pen) {
    const { context, room, written } = pen;
    const width = context.measureText(name).width;
    const steps = points.slice(1).map(([x, y], i) => Math.hypot(x - points[i][0], y - points[i][1]));
    const length = steps.reduce((sum, step) => sum + step, 0);
    if (width > length + 6) return false;
    const start = (length - width) / 2;
    const half = look.size * 0.56 + GAP_PX / 2;
    const boxesAt = (beside) => {
      const boxes = [];
      for (let at = 0; at <= width; at += Math.min(look.size, Math.max(width - at, 1))) {
        const [x, y] = onLine(points, steps, start + at, beside);
        boxes.push([x - half, y - half, x + half, y + half]);
      }
      return boxes;
    };
    const beside = ((points.length === 2 && BESIDE[kind]) || [0]).find((step) => boxesAt(step).every(room.free));
    if (beside === undefined) return false;
    const boxes = boxesAt(beside);
    boxes.forEach(room.add);
    written.push({ name, kind, boxes });
    ink(pen, look);
    const glyphs = lettersOf(name, width, points.length > 2, context);
    for (const draw of ["strokeText", "fillText"]) {
      for (const [text, middle] of glyphs) {
        const [x, y, angle] = onLine(points, steps, start + middle, beside);
        context.save();
        context.translate(x, y);
        context.rotate(angle);
        context[draw](text, 0, 0);
        context.restore();
      }
    }
    return true;
  }

  function lettersOf(name, width, bent, context) {
    if (!bent) return [[name, width / 2]];
    const letters = [...name];
    return letters.map((letter, place) => {
      const before = context.measureText(letters.slice(0, place).join("")).width;
      const after = context.measureText(letters.slice(0, place + 1).join("")).width;
      return [letter, (before + after) / 2];
    });
  }

  // The point so far along a line and so far to the right of it, and the line's direction there.
  function onLine(points, steps, along, beside) {
    let place = 0;
    let rest = along;
    while (place < steps.length - 1 && rest > steps[place]) {
      rest -= steps[place];
      place += 1;
    }
    const [[x, y], [toX, toY]] = [points[place], points[place + 1]];
    const share = rest / (steps[place] || 1);
    const angle = Math.atan2(toY - y, toX - x);
    return [
      x + (toX - x) * share - Math.sin(angle) * beside, y + (toY - y) * share + Math.cos(angle) * beside, angle,
    ];
  }

  Object.assign(locatorMap, { atPoint, alongLine, drawDot, broken });
})();
