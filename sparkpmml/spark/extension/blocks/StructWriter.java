package io.sparkpmml.blocks;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;

/** Structs: the columns of their fields, with a null in each where the struct is null. */
final class StructWriter extends ColumnWriter {

    private final ColumnWriter[] fields;

    StructWriter(ColumnWriter[] fields) {
        this.fields = fields;
    }

    @Override
    void put(SpecializedGetters row, int ordinal) {
        InternalRow struct = row.getStruct(ordinal, fields.length);
        for (int i = 0; i < fields.length; i++) {
            fields[i].append(struct, i);
        }
    }

    @Override
    void putNull() {
        for (ColumnWriter field : fields) {
            field.appendNull();
        }
    }

    @Override
    void clear() {
        super.clear();
        for (ColumnWriter field : fields) {
            field.clear();
        }
    }

    @Override
    int valuesSize() {
        int size = 0;
        for (ColumnWriter field : fields) {
            size += field.size();
        }
        return size;
    }

    @Override
    int writeValues(byte[] target, int offset) {
        int place = offset;
        for (ColumnWriter field : fields) {
            place = field.write(target, place);
        }
        return place;
    }
}
