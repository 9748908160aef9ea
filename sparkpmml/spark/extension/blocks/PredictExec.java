package io.sparkpmml.blocks;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.apache.spark.api.python.PythonUtils;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.PythonUDF;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.RowToColumnarExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;
import org.apache.spark.sql.execution.python.ArrowEvalPythonExec;
import org.apache.spark.sql.types.BinaryType$;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.vectorized.ColumnarBatch;

import scala.collection.IndexedSeq;
import scala.collection.Seq;

/**
 * Evaluates the functions of models in place of Spark's ArrowEvalPythonExec, and gives columns.
 *
 * <p>Spark's node writes every value to Arrow, and reads every part of a result from it, one by one. Here each batch of
 * rows crosses as one binary value that holds all columns, which are copied whole where the child has columns; Python
 * answers with another. Spark's node, with functions that take and give such values, does the rest: processes, errors,
 * memory, metrics.
 */
public final class PredictExec extends SparkPlan implements PlanMembers {

    private static final long serialVersionUID = 1L;

    private static final int DEFAULT_ROWS = 10_000;

    private final Seq<PythonUDF> udfs;
    private final Seq<Attribute> resultAttributes;
    private final Seq<Attribute> passing;
    private final SparkPlan child;
    private final int evalType;
    private transient ArrowEvalPythonExec node;
    private transient scala.collection.immutable.Map<String, SQLMetric> metrics;

    /** Public, since Spark copies a plan by its constructor. */
    public PredictExec(
            Seq<PythonUDF> udfs,
            Seq<Attribute> resultAttributes,
            Seq<Attribute> passing,
            SparkPlan child,
            int evalType) {
        this.udfs = udfs;
        this.resultAttributes = resultAttributes;
        this.passing = passing;
        this.child = child;
        this.evalType = evalType;
    }

    @Override
    public boolean supportsColumnar() {
        return true;
    }

    @Override
    public RDD<InternalRow> doExecute() {
        throw new IllegalStateException("Predict gives columns: Spark puts a ColumnarToRow above it");
    }

    @Override
    public RDD<ColumnarBatch> doExecuteColumnar() {
        SQLMetric rowsOut = metrics().apply(ROWS_OUT);
        return new UnpackedRDD(node().execute(), layout(), rowsOut);
    }

    /** The child's rows or batches as rows of blocks. */
    RDD<InternalRow> packed() {
        int rows = conf().arrowMaxRecordsPerBatch();
        int maxRows = rows > 0 ? rows : DEFAULT_ROWS;
        // Spark makes columns of the rows of a child that has none; they are read as rows instead.
        boolean isRows = child instanceof RowToColumnarExec;
        RDD<?> source = isRows ? ((RowToColumnarExec) child).child().execute() : child.executeColumnar();
        return new PackedRDD(source, !isRows, layout(), maxRows);
    }

    private Layout layout() {
        List<Attribute> columns = Scala.javaList(Scala.call(SparkPlan.class, child, "output"));
        return Layout.of(Scala.javaList(udfs), columns, Scala.javaList(passing));
    }

    /** Spark's own node, with the functions for blocks. */
    private synchronized ArrowEvalPythonExec node() {
        if (node == null) {
            List<PythonUDF> twins = new ArrayList<>();
            List<Attribute> blocks = new ArrayList<>();
            List<Attribute> results = new ArrayList<>();
            for (PythonUDF udf : Scala.<PythonUDF>javaList(udfs)) {
                Attribute block = binary("block");
                blocks.add(block);
                results.add(binary("result"));
                twins.add(twin(udf, block));
            }
            blocks.add(binary("columns"));
            node = newNode(Scala.list(twins), Scala.list(results), new BlockRowsExec(blocks, this));
        }
        return node;
    }

    private static PythonUDF twin(PythonUDF udf, Attribute block) {
        Object[] elements = Scala.elements(udf);
        elements[1] = Twins.get(udf.func()).function;
        elements[2] = BinaryType$.MODULE$;
        elements[3] = Scala.list(Collections.singletonList(block));
        return Scala.copy(udf, elements);
    }

    private Attribute binary(String name) {
        Attribute any = resultAttributes.head();
        DataType type = BinaryType$.MODULE$;
        return Scala.<Attribute>copy(any, name, type, false, Metadata.empty()).newInstance();
    }

    private ArrowEvalPythonExec newNode(Object functions, Object results, SparkPlan rows) {
        ArrowEvalPythonExec made = Scala.make(ArrowEvalPythonExec.class, functions, results, rows, evalType);
        sendSingly(made);
        return made;
    }

    /** Spark 3.5's node notes in the driver how many rows to send at once; for 4.x see UnpackedRDD. */
    private static void sendSingly(ArrowEvalPythonExec made) {
        for (Field field : ArrowEvalPythonExec.class.getDeclaredFields()) {
            if (field.getName().equals("batchSize")) {
                try {
                    field.setAccessible(true);
                    field.setInt(made, 1);
                } catch (IllegalAccessException error) {
                    throw new IllegalStateException(error);
                }
            }
        }
    }

    private static final String ROWS_OUT = "numOutputRows";

    @Override
    public synchronized scala.collection.immutable.Map<String, SQLMetric> metrics() {
        if (metrics == null) {
            Map<String, SQLMetric> all = new LinkedHashMap<>(
                    scala.collection.JavaConverters.mapAsJavaMap(node().metrics()));
            all.remove("pythonNumRowsReceived"); // it counts blocks
            all.put(ROWS_OUT, SQLMetrics.createMetric(sparkContext(), "number of output rows"));
            metrics = PythonUtils.toScalaMap(all);
        }
        return metrics;
    }

    @Override
    public scala.collection.immutable.Seq<Attribute> output() {
        List<Attribute> output = new ArrayList<>(Scala.<Attribute>javaList(passing));
        output.addAll(Scala.<Attribute>javaList(resultAttributes));
        return Scala.list(output);
    }

    @Override
    public AttributeSet producedAttributes() {
        return AttributeSet.apply((scala.collection.Iterable) resultAttributes);
    }

    @Override
    public Partitioning outputPartitioning() {
        return child.outputPartitioning();
    }

    @Override
    public scala.collection.immutable.Seq<SparkPlan> children() {
        return Scala.list(Collections.singletonList(child));
    }

    @Override
    public SparkPlan withNewChildrenInternal(scala.collection.immutable.IndexedSeq<SparkPlan> children) {
        return new PredictExec(udfs, resultAttributes, passing, children.head(), evalType);
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
        return new PredictExec(udfs, resultAttributes, passing, children.head(), evalType);
    }

    @Override
    public int productArity() {
        return 5;
    }

    @Override
    public Object productElement(int index) {
        return new Object[] {udfs, resultAttributes, passing, child, evalType}[index];
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof PredictExec;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof PredictExec)) {
            return false;
        }
        PredictExec that = (PredictExec) other;
        return udfs.equals(that.udfs)
                && resultAttributes.equals(that.resultAttributes)
                && passing.equals(that.passing)
                && child.equals(that.child)
                && evalType == that.evalType;
    }

    @Override
    public int hashCode() {
        return Objects.hash(udfs, resultAttributes, passing, child, evalType);
    }
}
