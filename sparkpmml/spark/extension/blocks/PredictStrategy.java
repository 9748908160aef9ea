package io.sparkpmml.blocks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.PythonUDF;
import org.apache.spark.sql.catalyst.plans.logical.ArrowEvalPython;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import org.apache.spark.sql.internal.SQLConf;

import scala.collection.Seq;

/** Plans {@link PredictExec} where every function of a node is a model's, and all columns can cross in blocks. */
public final class PredictStrategy extends SparkStrategy implements StrategyMembers {

    private static final long serialVersionUID = 1L;

    /** The most columns that pass by in blocks: Spark copies wide rows faster whole. */
    private static final int MAX_COLUMNS = 100;

    private static final String ENABLED = "spark.sparkpmml.blocks.enabled";

    @Override
    public scala.collection.immutable.Seq<SparkPlan> apply(LogicalPlan plan) {
        List<SparkPlan> plans = new ArrayList<>();
        if (Boolean.parseBoolean(SQLConf.get().getConfString(ENABLED, "true"))) {
            if (plan instanceof ArrowEvalPython) {
                plan((ArrowEvalPython) plan, column -> true).ifPresent(plans::add);
            } else if (plan instanceof Project && ((Project) plan).child() instanceof ArrowEvalPython) {
                // What only the functions read need not pass by them.
                AttributeSet read = plan.references();
                plan((ArrowEvalPython) ((Project) plan).child(), read::contains)
                        .map(predict -> Scala.make(ProjectExec.class, Scala.element(plan, 0), predict))
                        .ifPresent(plans::add);
            }
        }
        return Scala.list(plans);
    }

    private Optional<SparkPlan> plan(ArrowEvalPython plan, Predicate<Attribute> passes) {
        Seq<PythonUDF> udfs = Scala.element(plan, 0);
        LogicalPlan child = Scala.element(plan, 2);
        List<Attribute> columns = Scala.javaList(Scala.call(LogicalPlan.class, child, "output"));
        List<Attribute> passing = columns.stream().filter(passes).collect(Collectors.toList());
        if (passing.size() > MAX_COLUMNS || Layout.of(Scala.javaList(udfs), columns, passing) == null) {
            return Optional.empty();
        }
        return Optional.of(new PredictExec(
                udfs, Scala.element(plan, 1), Scala.list(passing), planLater(child), Scala.element(plan, 3)));
    }
}
