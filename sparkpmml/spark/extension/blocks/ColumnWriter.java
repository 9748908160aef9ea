package io.sparkpmml.blocks;

import java.util.Arrays;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.unsafe.Platform;

/**
 * A column of a block as it grows, a row or a part of a vector at a time.
 *
 * <p>It is written as Arrow lays a column out, so that Python takes it as it lies: two int32, the number of rows and
 * whether there are nulls; the validity bitmap if there are; the values. Each begins at a multiple of eight bytes.
 */
abstract class ColumnWriter {

    private static final int HEAD = 8;

    /** The number of rows. A subclass puts the next value at this index. */
    int rows;

    private boolean hasNulls;
    private byte[] nulls = new byte[0]; // a bit for each null, where Arrow has one for each value

    final void append(SpecializedGetters row, int ordinal) {
        if (row.isNullAt(ordinal)) {
            appendNull();
            return;
        }
        put(row, ordinal);
        rows++;
    }

    /** Append a vector's values from `from` to `from + count`. */
    final void appendAll(ColumnVector vector, int from, int count) {
        boolean hasNull = vector.hasNull();
        // Of a null, Spark's own vectors give anything; others may refuse to.
        if ((!hasNull || vector instanceof WritableColumnVector) && copy(vector, from, count)) {
            for (int i = 0; hasNull && i < count; i++) {
                if (vector.isNullAt(from + i)) {
                    markNull(rows + i);
                }
            }
            rows += count;
            return;
        }
        appendAll(new ColumnarArray(vector, from, count));
    }

    final void appendAll(ArrayData values) {
        int count = values.numElements();
        for (int i = 0; i < count; i++) {
            append(values, i);
        }
    }

    final void appendNull() {
        markNull(rows);
        putNull();
        rows++;
    }

    /** Put a value that is not null. */
    abstract void put(SpecializedGetters row, int ordinal);

    /** Put what stands in a null's place. */
    abstract void putNull();

    /** Put values at once, anything where there is a null; false if these must be put one by one. */
    boolean copy(ColumnVector vector, int from, int count) {
        return false;
    }

    /** Forget the rows and keep the memory. */
    void clear() {
        Arrays.fill(nulls, (byte) 0);
        hasNulls = false;
        rows = 0;
    }

    /** How many bytes `write` will write. */
    final int size() {
        return HEAD + (hasNulls ? padded(bitmapSize(rows)) : 0) + valuesSize();
    }

    /** Write the column from this offset on; returns where it ends. */
    final int write(byte[] target, int offset) {
        putInt(target, offset, rows);
        putInt(target, offset + 4, hasNulls ? 1 : 0);
        return writeValues(target, hasNulls ? writeBitmap(target, offset + HEAD) : offset + HEAD);
    }

    abstract int valuesSize();

    abstract int writeValues(byte[] target, int offset);

    private void markNull(int row) {
        hasNulls = true;
        nulls = grown(nulls, bitmapSize(row + 1));
        nulls[row >> 3] |= (byte) (1 << (row & 7));
    }

    private int writeBitmap(byte[] target, int offset) {
        int size = bitmapSize(rows);
        nulls = grown(nulls, size);
        for (int i = 0; i < size; i++) {
            target[offset + i] = (byte) ~nulls[i];
        }
        return offset + padded(size);
    }

    static int bitmapSize(int rows) {
        return (rows + 7) >> 3;
    }

    static int padded(int size) {
        return (size + 7) & ~7;
    }

    /** The bytes, or a larger copy of them. */
    static byte[] grown(byte[] bytes, int size) {
        int doubled = (int) Math.min(2L * bytes.length, MAX);
        return size <= bytes.length ? bytes : Arrays.copyOf(bytes, Math.max(size, doubled));
    }

    private static final int MAX = Integer.MAX_VALUE - 64;

    static void putInt(byte[] target, int offset, int value) {
        Platform.putInt(target, Platform.BYTE_ARRAY_OFFSET + offset, value);
    }

    /** Copy the first bytes; returns where what follows begins. */
    static int copy(byte[] source, int size, byte[] target, int offset) {
        System.arraycopy(source, 0, target, offset, size);
        return offset + padded(size);
    }
}
