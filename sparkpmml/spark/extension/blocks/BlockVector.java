package io.sparkpmml.blocks;

import java.math.BigDecimal;
import java.math.BigInteger;

import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A column of a block, read where it lies; see {@link ColumnWriter} for the layout.
 *
 * <p>An ArrowColumnVector would need the Arrow library's buffers, and checks the bounds at every value.
 */
final class BlockVector extends ColumnVector {

    private static final ColumnVector[] NONE = {};

    private final byte[] bytes;
    private final int rows;
    private final boolean hasNulls;
    private long validity;
    private long offsets;
    private long values;
    private ColumnVector[] children = NONE;

    private BlockVector(BlockReader block, DataType type) {
        super(type);
        this.bytes = block.bytes();
        this.rows = block.nextInt();
        this.hasNulls = block.nextInt() != 0;
    }

    static BlockVector read(BlockReader block, DataType type) {
        BlockVector vector = new BlockVector(block, type);
        if (vector.hasNulls) {
            vector.validity = block.skip(ColumnWriter.bitmapSize(vector.rows));
        }
        vector.readValues(block);
        return vector;
    }

    private void readValues(BlockReader block) {
        int width = Columns.width(type);
        if (width > 0) {
            values = block.skip(Math.multiplyExact(rows, width));
        } else if (Columns.isBits(type)) {
            values = block.skip(ColumnWriter.bitmapSize(rows));
        } else if (type instanceof StructType) {
            StructField[] fields = ((StructType) type).fields();
            children = new ColumnVector[fields.length];
            for (int i = 0; i < fields.length; i++) {
                children[i] = read(block, fields[i].dataType());
            }
        } else {
            offsets = block.skip(4 * (rows + 1));
            if (type instanceof ArrayType) {
                children = new ColumnVector[] {read(block, ((ArrayType) type).elementType())};
            } else if (type instanceof MapType) {
                MapType map = (MapType) type;
                children = new ColumnVector[] {read(block, map.keyType()), read(block, map.valueType())};
            } else {
                values = block.skip(start(rows));
            }
        }
    }

    private int start(int row) {
        return Platform.getInt(bytes, offsets + 4L * row);
    }

    private static boolean bit(byte[] bytes, long address, int row) {
        return (Platform.getByte(bytes, address + (row >> 3)) >> (row & 7) & 1) != 0;
    }

    @Override
    public void close() {}

    @Override
    public boolean hasNull() {
        return hasNulls;
    }

    @Override
    public int numNulls() {
        int count = 0;
        for (int i = 0; hasNulls && i < rows; i++) {
            count += isNullAt(i) ? 1 : 0;
        }
        return count;
    }

    @Override
    public boolean isNullAt(int row) {
        return hasNulls && !bit(bytes, validity, row);
    }

    @Override
    public boolean getBoolean(int row) {
        return bit(bytes, values, row);
    }

    @Override
    public byte getByte(int row) {
        return Platform.getByte(bytes, values + row);
    }

    @Override
    public short getShort(int row) {
        return Platform.getShort(bytes, values + 2L * row);
    }

    @Override
    public int getInt(int row) {
        return Platform.getInt(bytes, values + 4L * row);
    }

    @Override
    public long getLong(int row) {
        return Platform.getLong(bytes, values + 8L * row);
    }

    @Override
    public float getFloat(int row) {
        return Platform.getFloat(bytes, values + 4L * row);
    }

    @Override
    public double getDouble(int row) {
        return Platform.getDouble(bytes, values + 8L * row);
    }

    @Override
    public Decimal getDecimal(int row, int precision, int scale) {
        if (isNullAt(row)) {
            return null;
        } else if (precision <= Decimal.MAX_LONG_DIGITS()) {
            return Decimal.createUnsafe(getLong(row), precision, scale);
        }
        return Decimal.apply(new BigDecimal(new BigInteger(getBinary(row)), scale), precision, scale);
    }

    @Override
    public UTF8String getUTF8String(int row) {
        if (isNullAt(row)) {
            return null;
        }
        int start = start(row);
        return UTF8String.fromAddress(bytes, values + start, start(row + 1) - start);
    }

    @Override
    public byte[] getBinary(int row) {
        if (isNullAt(row)) {
            return null;
        }
        int start = start(row);
        byte[] value = new byte[start(row + 1) - start];
        Platform.copyMemory(bytes, values + start, value, Platform.BYTE_ARRAY_OFFSET, value.length);
        return value;
    }

    @Override
    public ColumnarArray getArray(int row) {
        int start = start(row);
        return new ColumnarArray(children[0], start, start(row + 1) - start);
    }

    @Override
    public ColumnarMap getMap(int row) {
        if (isNullAt(row)) {
            return null;
        }
        int start = start(row);
        return new ColumnarMap(children[0], children[1], start, start(row + 1) - start);
    }

    @Override
    public ColumnVector getChild(int ordinal) {
        return children[ordinal];
    }
}
