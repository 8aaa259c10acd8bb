// One binary message: a JSON header, then arrays (see packet.py).

const ARRAYS = { u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, u4: Uint32Array, i4: Int32Array, f4: Float32Array };

export function unpack(view) {
  const buffer = view.buffer ? view.buffer : view;
  const start = view.byteOffset || 0;
  const size = new DataView(buffer, start).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, start + 4, size));
  const header = JSON.parse(text);
  const first = start + 4 + size;
  const aligned = first % 4 === 0;
  const arrays = {};
  for (const one of header.arrays) {
    const Type = ARRAYS[one.type];
    const count = one.shape.reduce((a, b) => a * b, 1);
    const at = first + one.at;
    arrays[one.name] = aligned
      ? new Type(buffer, at, count)
      : new Type(buffer.slice(at, at + count * Type.BYTES_PER_ELEMENT));
  }
  return { meta: header.meta, arrays };
}

// A frame of which some arrays hold only what changed since the one before, made whole.
export function merged(before, frame) {
  for (const [name, places] of Object.entries(frame.arrays)) {
    if (!name.endsWith("@")) continue;
    const key = name.slice(0, -1), fresh = frame.arrays[key], values = before.arrays[key];
    for (let i = 0; i < places.length; i++) values[places[i]] = fresh[i];
    frame.arrays[key] = values;
    delete frame.arrays[name];
  }
  return frame;
}

// The bones of a frame, each with its own arrays and its cells by kind.
export function bonesOf(frame) {
  return frame.meta.arms.map((meta, number) => {
    const bone = { ...meta, row: frame.meta.row };
    for (const [name, values] of Object.entries(frame.arrays)) {
      const [arm, key] = name.split(".");
      if (Number(arm) === number) bone[key] = values;
    }
    bone.cells = {};
    let at = 0;
    meta.kinds.forEach((kind, i) => {
      bone.cells[kind] = [at, at + meta.counts[i]];
      at += meta.counts[i];
    });
    return bone;
  });
}

export function heightUm(bone, face, y, x) {
  return bone.height[(face * bone.ny + y) * bone.nx + x] / 10;
}
