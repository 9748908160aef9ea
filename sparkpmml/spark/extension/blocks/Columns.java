package io.sparkpmml.blocks;

import java.util.stream.Stream;

import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.sql.types.UserDefinedType;
import org.apache.spark.sql.types.YearMonthIntervalType;

/** Which types of SQL cross in blocks, and how wide their values are. */
final class Columns {

    private Columns() {}

    static boolean canWrite(DataType type) {
        return writer(type) != null;
    }

    /** A writer for columns of this type; null where there is none. */
    static ColumnWriter writer(DataType type) {
        if (type instanceof UserDefinedType) {
            return writer(((UserDefinedType<?>) type).sqlType());
        } else if (type instanceof DecimalType) {
            DecimalType decimal = (DecimalType) type;
            return isSmall(decimal) ? new FixedWriter.Decimals(decimal) : new VariableWriter.LargeDecimals(decimal);
        }
        switch (width(type)) {
            case 8:
                return type instanceof DoubleType ? new FixedWriter.Doubles() : new FixedWriter.Longs();
            case 4:
                return type instanceof FloatType ? new FixedWriter.Floats() : new FixedWriter.Ints();
            case 2:
                return new FixedWriter.Shorts();
            case 1:
                return new FixedWriter.Bytes();
            default:
                return isBits(type) ? new BooleanWriter() : variableWriter(type);
        }
    }

    private static ColumnWriter variableWriter(DataType type) {
        if (type instanceof StringType) {
            return new VariableWriter.Strings();
        } else if (type instanceof BinaryType) {
            return new VariableWriter.Binaries();
        } else if (type instanceof ArrayType) {
            ColumnWriter[] parts = writers(((ArrayType) type).elementType());
            return parts == null ? null : new VariableWriter.Lists(parts[0]);
        } else if (type instanceof MapType) {
            ColumnWriter[] parts = writers(((MapType) type).keyType(), ((MapType) type).valueType());
            return parts == null ? null : new VariableWriter.Maps(parts[0], parts[1]);
        } else if (type instanceof StructType) {
            StructField[] fields = ((StructType) type).fields();
            ColumnWriter[] parts = writers(Stream.of(fields).map(StructField::dataType).toArray(DataType[]::new));
            return parts == null ? null : new StructWriter(parts);
        }
        return null;
    }

    /** A writer for each type; null where one has none. */
    private static ColumnWriter[] writers(DataType... types) {
        ColumnWriter[] writers = Stream.of(types).map(Columns::writer).toArray(ColumnWriter[]::new);
        return Stream.of(writers).allMatch(writer -> writer != null) ? writers : null;
    }

    /** Is the unscaled value a long? */
    static boolean isSmall(DecimalType type) {
        return type.precision() <= Decimal.MAX_LONG_DIGITS();
    }

    /** Are values bits? Of type VOID there are only nulls. */
    static boolean isBits(DataType type) {
        return type instanceof BooleanType || type instanceof NullType;
    }

    /** The bytes of a value of this type; 0 where they are not whole, or not always as many. */
    static int width(DataType type) {
        if (type instanceof DoubleType
                || type instanceof LongType
                || type instanceof TimestampType
                || type instanceof TimestampNTZType
                || type instanceof DayTimeIntervalType
                || type instanceof DecimalType && isSmall((DecimalType) type)) {
            return 8;
        } else if (type instanceof FloatType
                || type instanceof IntegerType
                || type instanceof DateType
                || type instanceof YearMonthIntervalType) {
            return 4;
        } else if (type instanceof ShortType) {
            return 2;
        } else if (type instanceof ByteType) {
            return 1;
        }
        return 0;
    }
}
