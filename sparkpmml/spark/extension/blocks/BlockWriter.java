package io.sparkpmml.blocks;

import java.util.stream.Stream;

/** A block as it grows: a mark, the numbers of rows and of columns, and the columns one after the other. */
final class BlockWriter {

    /** The first eight bytes of every block. */
    static final byte[] MARK = {'s', 'p', 'm', 'm', 'l', 'B', '1', 0};

    private static final int HEAD = MARK.length + 8;

    final ColumnWriter[] columns;

    BlockWriter(Stream<ColumnWriter> columns) {
        this.columns = columns.toArray(ColumnWriter[]::new);
    }

    int size() {
        int size = HEAD;
        for (ColumnWriter column : columns) {
            size = Math.addExact(size, column.size());
        }
        return size;
    }

    /** Write a block of so many rows from this offset on, and forget them. */
    void write(int rows, byte[] target, int offset) {
        System.arraycopy(MARK, 0, target, offset, MARK.length);
        ColumnWriter.putInt(target, offset + MARK.length, rows);
        ColumnWriter.putInt(target, offset + MARK.length + 4, columns.length);
        int place = offset + HEAD;
        for (ColumnWriter column : columns) {
            place = column.write(target, place);
            column.clear();
        }
    }
}
