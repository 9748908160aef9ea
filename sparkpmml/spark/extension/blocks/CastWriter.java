package io.sparkpmml.blocks;

import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.Platform;

/**
 * A column cast to double or float while it is copied, so that no row need be made of the casts.
 *
 * <p>A model asks for its numbers in its own types, so nearly every argument is such a cast. Java's casts are Spark's
 * where none can fail, which is so for these in each of its modes.
 */
final class CastWriter extends FixedWriter {

    private final DataType from;
    private final boolean isDouble;

    private CastWriter(DataType from, boolean isDouble) {
        super(isDouble ? 8 : 4);
        this.from = from;
        this.isDouble = isDouble;
    }

    /** The column that an argument casts, or the argument. */
    static Expression uncast(Expression argument) {
        if (!(argument instanceof Cast)) {
            return argument;
        }
        Expression child = ((Cast) argument).child();
        return child instanceof Attribute && casts(child.dataType(), argument.dataType()) ? child : argument;
    }

    /** A writer of what `uncast` gives as values of the argument's type. */
    static ColumnWriter of(Expression argument) {
        Expression column = uncast(argument);
        return column == argument
                ? Columns.writer(argument.dataType())
                : new CastWriter(column.dataType(), argument.dataType() instanceof DoubleType);
    }

    /** A long is no float by way of a double: it would be rounded twice. */
    private static boolean casts(DataType from, DataType to) {
        boolean fitsFloat = from instanceof ByteType
                || from instanceof ShortType
                || from instanceof IntegerType
                || from instanceof DoubleType;
        boolean fitsDouble = fitsFloat || from instanceof LongType || from instanceof FloatType;
        return to instanceof DoubleType && fitsDouble || to instanceof FloatType && fitsFloat;
    }

    @Override
    void put(SpecializedGetters row, int ordinal) {
        long place = reserve(1);
        double value = number(row, ordinal);
        if (isDouble) {
            Platform.putDouble(bytes, place, value);
        } else {
            Platform.putFloat(bytes, place, (float) value);
        }
    }

    @Override
    boolean copy(ColumnVector vector, int first, int count) {
        long place = reserve(count);
        double[] values = numbers(vector, first, count);
        if (isDouble) {
            Platform.copyMemory(values, Platform.DOUBLE_ARRAY_OFFSET, bytes, place, 8L * count);
            return true;
        }
        for (int i = 0; i < count; i++) {
            Platform.putFloat(bytes, place + 4L * i, (float) values[i]);
        }
        return true;
    }

    private double number(SpecializedGetters row, int ordinal) {
        if (from instanceof DoubleType) {
            return row.getDouble(ordinal);
        } else if (from instanceof LongType) {
            return row.getLong(ordinal);
        } else if (from instanceof IntegerType) {
            return row.getInt(ordinal);
        } else if (from instanceof FloatType) {
            return row.getFloat(ordinal);
        } else if (from instanceof ShortType) {
            return row.getShort(ordinal);
        }
        return row.getByte(ordinal);
    }

    private double[] numbers(ColumnVector vector, int first, int count) {
        if (from instanceof DoubleType) {
            return vector.getDoubles(first, count);
        }
        double[] values = new double[count];
        if (from instanceof LongType) {
            long[] given = vector.getLongs(first, count);
            for (int i = 0; i < count; i++) {
                values[i] = given[i];
            }
        } else if (from instanceof IntegerType) {
            int[] given = vector.getInts(first, count);
            for (int i = 0; i < count; i++) {
                values[i] = given[i];
            }
        } else if (from instanceof FloatType) {
            float[] given = vector.getFloats(first, count);
            for (int i = 0; i < count; i++) {
                values[i] = given[i];
            }
        } else if (from instanceof ShortType) {
            short[] given = vector.getShorts(first, count);
            for (int i = 0; i < count; i++) {
                values[i] = given[i];
            }
        } else {
            byte[] given = vector.getBytes(first, count);
            for (int i = 0; i < count; i++) {
                values[i] = given[i];
            }
        }
        return values;
    }
}
