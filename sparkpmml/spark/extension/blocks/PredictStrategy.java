package io.sparkpmml.blocks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.PythonUDF;
import org.apache.spark.sql.catalyst.plans.logical.ArrowEvalPython;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import org.apache.spark.sql.internal.SQLConf;

import scala.collection.Seq;

/** Plans {@link PredictExec} where every function of a node is a model's, and all columns can cross in blocks. */
public final class PredictStrategy extends SparkStrategy implements StrategyMembers {

    private static final long serialVersionUID = 1L;

    /** The most columns of a child that pass by in blocks: Spark copies wide rows faster whole. */
    private static final int MAX_COLUMNS = 100;

    private static final String ENABLED = "spark.sparkpmml.blocks.enabled";

    @Override
    public scala.collection.immutable.Seq<SparkPlan> apply(LogicalPlan plan) {
        boolean isOurs = plan instanceof ArrowEvalPython
                && Boolean.parseBoolean(SQLConf.get().getConfString(ENABLED, "true"));
        return isOurs ? plan((ArrowEvalPython) plan) : Scala.list(Collections.emptyList());
    }

    private scala.collection.immutable.Seq<SparkPlan> plan(ArrowEvalPython plan) {
        Seq<PythonUDF> udfs = Scala.element(plan, 0);
        LogicalPlan child = Scala.element(plan, 2);
        List<Attribute> columns = Scala.javaList(Scala.call(LogicalPlan.class, child, "output"));
        List<SparkPlan> plans = new ArrayList<>();
        if (columns.size() <= MAX_COLUMNS && Layout.of(Scala.javaList(udfs), columns) != null) {
            plans.add(new PredictExec(udfs, Scala.element(plan, 1), planLater(child), Scala.element(plan, 3)));
        }
        return Scala.list(plans);
    }
}
