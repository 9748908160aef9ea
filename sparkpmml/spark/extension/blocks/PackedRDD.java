package io.sparkpmml.blocks;

import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.internal.ReadOnlySQLConf;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.vectorized.ColumnarBatch;

import scala.collection.Iterator;
import scala.collection.JavaConverters;

/** Rows of blocks, from rows or from batches of columns. */
final class PackedRDD extends RDD<InternalRow> {

    private static final long serialVersionUID = 1L;

    private final Layout layout;
    private final int maxRows;
    private final boolean isColumnar;

    PackedRDD(RDD<?> source, boolean isColumnar, Layout layout, int maxRows) {
        super(source, Scala.tag(InternalRow.class));
        this.isColumnar = isColumnar;
        this.layout = layout;
        this.maxRows = maxRows;
    }

    @Override
    public Partition[] getPartitions() {
        return firstParent(Scala.tag(Object.class)).partitions();
    }

    @Override
    public Iterator<InternalRow> compute(Partition split, TaskContext context) {
        Packer packer = new Packer(layout, maxRows, split.index());
        return JavaConverters.asScalaIterator(
                isColumnar
                        ? packer.packBatches(this.<ColumnarBatch>source(split, context))
                        : packer.packRows(this.<InternalRow>source(split, context)));
    }

    /** The source does not see the settings that UnpackedRDD makes for one Python function: it may hold others. */
    private <T> Iterator<T> source(Partition split, TaskContext context) {
        RDD<T> parent = firstParent(Scala.tag(Object.class));
        return SQLConf.withExistingConf(new ReadOnlySQLConf(context), () -> parent.iterator(split, context));
    }
}
