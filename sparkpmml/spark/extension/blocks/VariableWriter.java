package io.sparkpmml.blocks;

import java.math.BigInteger;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/** Values of any length: int32 offsets, one more than there are rows, then what they point into. */
abstract class VariableWriter extends ColumnWriter {

    private byte[] offsets = new byte[4];

    /** How long all values together are. */
    abstract int length();

    /** Write the values; returns where they end. */
    abstract int writeContent(byte[] target, int offset);

    abstract int contentSize();

    /** Note that the value in this row ends here. */
    final void end() {
        offsets = grown(offsets, 4 * (rows + 2));
        putInt(offsets, 4 * (rows + 1), length());
    }

    @Override
    final void putNull() {
        end();
    }

    @Override
    final int valuesSize() {
        return padded(4 * (rows + 1)) + contentSize();
    }

    @Override
    final int writeValues(byte[] target, int offset) {
        return writeContent(target, copy(offsets, 4 * (rows + 1), target, offset));
    }

    /** Values that are bytes. */
    private abstract static class OfBytes extends VariableWriter {
        byte[] bytes = new byte[0];
        int length;

        /** Make room for a value; returns its address in `bytes`. */
        final long reserve(int size) {
            bytes = grown(bytes, Math.addExact(length, size));
            long place = Platform.BYTE_ARRAY_OFFSET + (long) length;
            length += size;
            return place;
        }

        final void putBytes(byte[] value) {
            long place = reserve(value.length);
            Platform.copyMemory(value, Platform.BYTE_ARRAY_OFFSET, bytes, place, value.length);
            end();
        }

        @Override
        final void clear() {
            super.clear();
            length = 0;
        }

        @Override
        final int length() {
            return length;
        }

        @Override
        final int contentSize() {
            return padded(length);
        }

        @Override
        final int writeContent(byte[] target, int offset) {
            return copy(bytes, length, target, offset);
        }
    }

    static final class Strings extends OfBytes {
        @Override
        void put(SpecializedGetters row, int ordinal) {
            UTF8String value = row.getUTF8String(ordinal);
            long place = reserve(value.numBytes());
            value.writeToMemory(bytes, place);
            end();
        }
    }

    static final class Binaries extends OfBytes {
        @Override
        void put(SpecializedGetters row, int ordinal) {
            putBytes(row.getBinary(ordinal));
        }
    }

    /** Decimals of more digits than a long holds, as their unscaled values' bytes, most significant first. */
    static final class LargeDecimals extends OfBytes {
        private final int precision;
        private final int scale;

        LargeDecimals(DecimalType type) {
            this.precision = type.precision();
            this.scale = type.scale();
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            BigInteger unscaled = row.getDecimal(ordinal, precision, scale).toJavaBigDecimal().unscaledValue();
            putBytes(unscaled.toByteArray());
        }
    }

    static final class Lists extends VariableWriter {
        private final ColumnWriter elements;

        Lists(ColumnWriter elements) {
            this.elements = elements;
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            elements.appendAll(row.getArray(ordinal));
            end();
        }

        @Override
        void clear() {
            super.clear();
            elements.clear();
        }

        @Override
        int length() {
            return elements.rows;
        }

        @Override
        int contentSize() {
            return elements.size();
        }

        @Override
        int writeContent(byte[] target, int offset) {
            return elements.write(target, offset);
        }
    }

    static final class Maps extends VariableWriter {
        private final ColumnWriter keys;
        private final ColumnWriter items;

        Maps(ColumnWriter keys, ColumnWriter items) {
            this.keys = keys;
            this.items = items;
        }

        @Override
        void put(SpecializedGetters row, int ordinal) {
            MapData map = row.getMap(ordinal);
            keys.appendAll(map.keyArray());
            items.appendAll(map.valueArray());
            end();
        }

        @Override
        void clear() {
            super.clear();
            keys.clear();
            items.clear();
        }

        @Override
        int length() {
            return keys.rows;
        }

        @Override
        int contentSize() {
            return keys.size() + items.size();
        }

        @Override
        int writeContent(byte[] target, int offset) {
            return items.write(target, keys.write(target, offset));
        }
    }
}
