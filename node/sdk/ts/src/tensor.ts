/** Tensors: numbers in JavaScript, packed bytes on the chain. */
import { type Hex, bytesToHex, hexToBytes } from "viem";

/** ONNX's TensorProto.DataType of each element type that models take and give. */
export const dtypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const;

export type DType = keyof typeof dtypes;

/** A tensor as contracts have it: elements in row-major order, little-endian, packed. */
export type Tensor = { dtype: number; shape: readonly number[]; data: Hex };

/** An element: 64-bit integers are bigints, everything else is a number or (for bool) a boolean. */
export type Element = number | bigint | boolean;

type Format = { bytes: number; write: (view: DataView, at: number, value: Element) => void; read: (view: DataView, at: number) => Element };

const float = (bytes: 4 | 8): Format => ({
  bytes,
  write: (view, at, value) => (bytes === 4 ? view.setFloat32(at, Number(value), true) : view.setFloat64(at, Number(value), true)),
  read: (view, at) => (bytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true)),
});

function integer(bytes: 1 | 2 | 4 | 8, signed: boolean): Format {
  const bits = BigInt(8 * bytes);
  const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  return {
    bytes,
    write(view, at, value) {
      const whole = BigInt(value);
      if (whole < least || whole > most) throw new RangeError(`${value} is not between ${least} and ${most}`);
      for (let i = 0n; i < BigInt(bytes); i++) view.setUint8(at + Number(i), Number((BigInt.asUintN(64, whole) >> (8n * i)) & 0xffn));
    },
    read(view, at) {
      let whole = 0n;
      for (let i = bytes - 1; i >= 0; i--) whole = (whole << 8n) | BigInt(view.getUint8(at + i));
      if (signed) whole = BigInt.asIntN(8 * bytes, whole);
      return bytes === 8 ? whole : Number(whole);
    },
  };
}

const formats: Record<DType, Format> = {
  float32: float(4),
  float64: float(8),
  uint8: integer(1, false),
  int8: integer(1, true),
  uint16: integer(2, false),
  int16: integer(2, true),
  uint32: integer(4, false),
  int32: integer(4, true),
  uint64: integer(8, false),
  int64: integer(8, true),
  bool: { bytes: 1, write: (view, at, value) => view.setUint8(at, value ? 1 : 0), read: (view, at) => view.getUint8(at) !== 0 },
};

function formatOf(dtype: number): [DType, Format] {
  for (const [name, code] of Object.entries(dtypes)) if (code === dtype) return [name as DType, formats[name as DType]];
  throw new RangeError(`there is no element type ${dtype}; 1 (float32) would be one`);
}

/**
 * A tensor of these elements, in row-major order.
 *
 * @example tensor("float32", [1, 3], [0.5, -1, 2])
 * @throws RangeError when their number is not that of the shape, or one does not fit the type.
 */
export function tensor(dtype: DType, shape: readonly number[], values: readonly Element[]): Tensor {
  const expected = shape.reduce((all, dimension) => all * dimension, 1);
  if (values.length !== expected) {
    throw new RangeError(`a tensor of shape [${shape.join(", ")}] has ${expected} elements, ${values.length} were given`);
  }
  const format = formats[dtype];
  const view = new DataView(new ArrayBuffer(values.length * format.bytes));
  values.forEach((value, i) => format.write(view, i * format.bytes, value));
  return { dtype: dtypes[dtype], shape: [...shape], data: bytesToHex(new Uint8Array(view.buffer)) };
}

/** The elements of a tensor, in row-major order. */
export function elements(given: Tensor): Element[] {
  const [, format] = formatOf(given.dtype);
  const bytes = hexToBytes(given.data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / format.bytes }, (_, i) => format.read(view, i * format.bytes));
}

/** Name of a tensor's element type. */
export function dtypeName(given: Tensor): DType {
  return formatOf(given.dtype)[0];
}
