package io.sparkpmml.blocks;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.Platform;

/** Packs rows, or batches of columns, into rows that hold nothing but the blocks of a layout. */
final class Packer {

    /** Blocks are closed when they reach this size, however few their rows: several copies of one exist at a time. */
    private static final int LARGE = 4 << 20;

    /** After how many rows sizes are looked at: it takes a look at every column. */
    private static final int LOOK = 16;

    private final int maxRows;
    private final List<BlockWriter> blocks = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final UnsafeProjection projection; // of the arguments that are no columns; null if there are none
    private int rows;

    /** Where a column of a block comes from: the child's row or batch, or the projected row. */
    private static final class Place {
        final ColumnWriter writer;
        final int ordinal;
        final boolean isProjected;

        Place(ColumnWriter writer, int ordinal, boolean isProjected) {
            this.writer = writer;
            this.ordinal = ordinal;
            this.isProjected = isProjected;
        }
    }

    Packer(Layout layout, int maxRows, int partition) {
        this.maxRows = maxRows;
        List<Expression> computed = new ArrayList<>();
        for (List<Expression> arguments : layout.arguments) {
            BlockWriter block = add(new BlockWriter(arguments.stream().map(CastWriter::of)));
            for (int i = 0; i < arguments.size(); i++) {
                int ordinal = indexOf(layout.columns, CastWriter.uncast(arguments.get(i)));
                if (ordinal < 0) {
                    computed.add(arguments.get(i));
                }
                places.add(new Place(block.columns[i], ordinal < 0 ? computed.size() - 1 : ordinal, ordinal < 0));
            }
        }
        BlockWriter passing = add(new BlockWriter(layout.passing.stream().map(CastWriter::of)));
        for (int i = 0; i < layout.passing.size(); i++) {
            places.add(new Place(passing.columns[i], indexOf(layout.columns, layout.passing.get(i)), false));
        }
        projection = computed.isEmpty() ? null : Scala.projection(Scala.list(computed), Scala.list(layout.columns));
        if (projection != null) {
            projection.initialize(partition);
        }
    }

    private BlockWriter add(BlockWriter block) {
        blocks.add(block);
        return block;
    }

    private static int indexOf(List<Attribute> columns, Expression argument) {
        for (int i = 0; argument instanceof Attribute && i < columns.size(); i++) {
            if (columns.get(i).exprId().equals(((Attribute) argument).exprId())) {
                return i;
            }
        }
        return -1;
    }

    /** The packed rows of an iterator of rows. */
    Iterator<InternalRow> packRows(scala.collection.Iterator<InternalRow> source) {
        return new Packed() {
            @Override
            void fill() {
                while (rows < maxRows && !(rows % LOOK == 0 && isFull()) && source.hasNext()) {
                    append(source.next());
                }
            }
        };
    }

    /** The packed rows of an iterator of batches. */
    Iterator<InternalRow> packBatches(scala.collection.Iterator<ColumnarBatch> source) {
        return new Packed() {
            private ColumnarBatch batch;
            private int from;

            @Override
            void fill() {
                while (!isFull() && (batch != null || source.hasNext())) {
                    if (batch == null) {
                        batch = source.next();
                        from = 0;
                    }
                    int count = Math.min(maxRows - rows, batch.numRows() - from);
                    appendAll(batch, from, count);
                    from += count;
                    if (from == batch.numRows()) {
                        batch = null; // its vectors may be filled anew when the next is asked for
                    }
                }
            }
        };
    }

    private abstract class Packed implements Iterator<InternalRow> {

        /** Take from the source until there is enough for a block, or no more. */
        abstract void fill();

        @Override
        public boolean hasNext() {
            fill();
            return rows > 0;
        }

        @Override
        public InternalRow next() {
            fill();
            return finish();
        }
    }

    private boolean isFull() {
        return rows >= maxRows || rows > 0 && size() >= LARGE;
    }

    private void append(InternalRow row) {
        InternalRow projected = projection == null ? null : projection.apply(row);
        for (Place place : places) {
            place.writer.append(place.isProjected ? projected : row, place.ordinal);
        }
        rows++;
    }

    private void appendAll(ColumnarBatch batch, int from, int count) {
        for (Place place : places) {
            if (!place.isProjected) {
                place.writer.appendAll(batch.column(place.ordinal), from, count);
            }
        }
        for (int i = from; projection != null && i < from + count; i++) {
            InternalRow projected = projection.apply(batch.getRow(i));
            for (Place place : places) {
                if (place.isProjected) {
                    place.writer.append(projected, place.ordinal);
                }
            }
        }
        rows += count;
    }

    private int size() {
        int size = 0;
        for (BlockWriter block : blocks) {
            size = Math.addExact(size, ColumnWriter.padded(block.size()));
        }
        return size;
    }

    /** The row of blocks, laid out as an UnsafeRow: a bit for each null, a word for each field, then the blocks. */
    private UnsafeRow finish() {
        int count = blocks.size();
        int offset = UnsafeRow.calculateBitSetWidthInBytes(count) + 8 * count;
        byte[] bytes = new byte[Math.addExact(offset, size())];
        UnsafeRow packed = new UnsafeRow(count);
        packed.pointTo(bytes, bytes.length);
        int word = UnsafeRow.calculateBitSetWidthInBytes(count);
        for (BlockWriter block : blocks) {
            int size = block.size();
            Platform.putLong(bytes, Platform.BYTE_ARRAY_OFFSET + word, (long) offset << 32 | size);
            block.write(rows, bytes, offset);
            offset += ColumnWriter.padded(size);
            word += 8;
        }
        rows = 0;
        return packed;
    }
}
