package io.sparkpmml.blocks;

import java.util.Properties;

import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

import scala.collection.Iterator;
import scala.collection.JavaConverters;

/** Batches of the child's columns and the functions' results, from the rows of blocks that Spark's node gives. */
final class UnpackedRDD extends RDD<ColumnarBatch> {

    private static final long serialVersionUID = 1L;

    private final Layout layout;
    private final SQLMetric rowsOut;

    UnpackedRDD(RDD<InternalRow> scored, Layout layout, SQLMetric rowsOut) {
        super(scored, Scala.tag(ColumnarBatch.class));
        this.layout = layout;
        this.rowsOut = rowsOut;
    }

    @Override
    public Partition[] getPartitions() {
        return firstParent(Scala.tag(InternalRow.class)).partitions();
    }

    @Override
    public Iterator<ColumnarBatch> compute(Partition split, TaskContext context) {
        RDD<InternalRow> parent = firstParent(Scala.tag(InternalRow.class));
        // Spark's node reads here how many rows to send at once; each of ours is a whole block.
        SQLConf conf = settings(context);
        Iterator<InternalRow> scored = SQLConf.withExistingConf(conf, () -> parent.iterator(split, context));
        return JavaConverters.asScalaIterator(new java.util.Iterator<ColumnarBatch>() {
            @Override
            public boolean hasNext() {
                return scored.hasNext();
            }

            @Override
            public ColumnarBatch next() {
                return unpack(scored.next());
            }
        });
    }

    private static SQLConf settings(TaskContext context) {
        SQLConf conf = new SQLConf();
        Properties properties = context.getLocalProperties();
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith("spark.")) {
                conf.setConfString(name, properties.getProperty(name));
            }
        }
        conf.setConfString("spark.sql.execution.arrow.maxRecordsPerBatch", "1");
        return conf;
    }

    private ColumnarBatch unpack(InternalRow row) {
        int functions = layout.results.size();
        int columns = layout.passing.size();
        ColumnVector[] vectors = new ColumnVector[columns + functions];
        BlockReader passed = new BlockReader(row.getBinary(functions));
        for (int i = 0; i < columns; i++) {
            vectors[i] = passed.next(layout.passing.get(i).dataType());
        }
        for (int i = 0; i < functions; i++) {
            BlockReader result = new BlockReader(row.getBinary(functions + 1 + i));
            if (result.rows != passed.rows) {
                throw new IllegalStateException("Python answered " + result.rows + " of " + passed.rows + " rows");
            }
            vectors[columns + i] = result.next(layout.results.get(i));
        }
        rowsOut.add(passed.rows);
        return new ColumnarBatch(vectors, passed.rows);
    }
}
