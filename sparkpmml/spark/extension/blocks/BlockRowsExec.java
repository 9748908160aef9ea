package io.sparkpmml.blocks;

import java.util.Collections;
import java.util.List;

import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.execution.SparkPlan;

import scala.collection.IndexedSeq;

/** What Spark's Python node takes for its child: the rows of blocks. It is in no plan. */
public final class BlockRowsExec extends SparkPlan implements PlanMembers {

    private static final long serialVersionUID = 1L;

    private final scala.collection.immutable.List<Attribute> output;
    private final transient PredictExec owner;

    BlockRowsExec(List<Attribute> output, PredictExec owner) {
        this.output = Scala.list(output);
        this.owner = owner;
    }

    @Override
    public RDD<InternalRow> doExecute() {
        return owner.packed();
    }

    @Override
    public scala.collection.immutable.Seq<Attribute> output() {
        return output;
    }

    @Override
    public scala.collection.immutable.Seq<SparkPlan> children() {
        return Scala.list(Collections.emptyList());
    }

    @Override
    public SparkPlan withNewChildrenInternal(scala.collection.immutable.IndexedSeq<SparkPlan> children) {
        return this;
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
        return this;
    }

    @Override
    public int productArity() {
        return 0;
    }

    @Override
    public Object productElement(int index) {
        throw new IndexOutOfBoundsException(Integer.toString(index));
    }

    @Override
    public boolean canEqual(Object other) {
        return other == this;
    }
}
