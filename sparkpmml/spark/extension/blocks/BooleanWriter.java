package io.sparkpmml.blocks;

import java.util.Arrays;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;

/** Booleans, a bit each. */
final class BooleanWriter extends ColumnWriter {

    private byte[] bits = new byte[0];

    @Override
    void put(SpecializedGetters row, int ordinal) {
        putNull();
        if (row.getBoolean(ordinal)) {
            bits[rows >> 3] |= (byte) (1 << (rows & 7));
        }
    }

    @Override
    void putNull() {
        bits = grown(bits, bitmapSize(rows + 1));
    }

    @Override
    void clear() {
        super.clear();
        Arrays.fill(bits, (byte) 0);
    }

    @Override
    int valuesSize() {
        return padded(bitmapSize(rows));
    }

    @Override
    int writeValues(byte[] target, int offset) {
        return copy(bits, bitmapSize(rows), target, offset);
    }
}
