package io.sparkpmml.blocks;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.Platform;

/** Values of one width, one after the other. */
abstract class FixedWriter extends ColumnWriter {

    private final int width;
    byte[] bytes = new byte[0];

    FixedWriter(int width) {
        this.width = width;
    }

    /** Make room for so many values; returns the address in `bytes` of the first. */
    final long reserve(int count) {
        bytes = grown(bytes, Math.multiplyExact(rows + count, width));
        return Platform.BYTE_ARRAY_OFFSET + (long) rows * width;
    }

    @Override
    final void putNull() {
        long place = reserve(1); // first, for it may make other bytes
        Platform.setMemory(bytes, place, width, (byte) 0);
    }

    @Override
    final int valuesSize() {
        return padded(rows * width);
    }

    @Override
    final int writeValues(byte[] target, int offset) {
        return copy(bytes, rows * width, target, offset);
    }

    static final class Doubles extends FixedWriter {
        Doubles() {
            super(8);
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            long place = reserve(1);
            Platform.putDouble(bytes, place, row.getDouble(ordinal));
        }

        @Override
        boolean copy(ColumnVector vector, int from, int count) {
            long place = reserve(count);
            double[] values = vector.getDoubles(from, count);
            Platform.copyMemory(values, Platform.DOUBLE_ARRAY_OFFSET, bytes, place, 8L * count);
            return true;
        }
    }

    static final class Floats extends FixedWriter {
        Floats() {
            super(4);
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            long place = reserve(1);
            Platform.putFloat(bytes, place, row.getFloat(ordinal));
        }

        @Override
        boolean copy(ColumnVector vector, int from, int count) {
            long place = reserve(count);
            float[] values = vector.getFloats(from, count);
            Platform.copyMemory(values, Platform.FLOAT_ARRAY_OFFSET, bytes, place, 4L * count);
            return true;
        }
    }

    static final class Longs extends FixedWriter {
        Longs() {
            super(8);
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            long place = reserve(1);
            Platform.putLong(bytes, place, row.getLong(ordinal));
        }

        @Override
        boolean copy(ColumnVector vector, int from, int count) {
            long place = reserve(count);
            long[] values = vector.getLongs(from, count);
            Platform.copyMemory(values, Platform.LONG_ARRAY_OFFSET, bytes, place, 8L * count);
            return true;
        }
    }

    /** Decimals that a long holds, as their unscaled values. */
    static final class Decimals extends FixedWriter {
        private final int precision;
        private final int scale;

        Decimals(DecimalType type) {
            super(8);
            this.precision = type.precision();
            this.scale = type.scale();
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            long place = reserve(1);
            Platform.putLong(bytes, place, row.getDecimal(ordinal, precision, scale).toUnscaledLong());
        }
    }

    static final class Ints extends FixedWriter {
        Ints() {
            super(4);
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            long place = reserve(1);
            Platform.putInt(bytes, place, row.getInt(ordinal));
        }

        @Override
        boolean copy(ColumnVector vector, int from, int count) {
            long place = reserve(count);
            int[] values = vector.getInts(from, count);
            Platform.copyMemory(values, Platform.INT_ARRAY_OFFSET, bytes, place, 4L * count);
            return true;
        }
    }

    static final class Shorts extends FixedWriter {
        Shorts() {
            super(2);
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            long place = reserve(1);
            Platform.putShort(bytes, place, row.getShort(ordinal));
        }
    }

    static final class Bytes extends FixedWriter {
        Bytes() {
            super(1);
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            long place = reserve(1);
            Platform.putByte(bytes, place, row.getByte(ordinal));
        }
    }
}
