package io.sparkpmml.blocks;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.PythonUDF;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;

/**
 * What the blocks of a plan node hold: one block for the arguments of each function, and a last one for the columns
 * that pass by Python.
 */
final class Layout implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The child's columns. */
    final List<Attribute> columns;

    /** Those of them that pass by. */
    final List<Attribute> passing;

    /** The arguments of each function. */
    final List<List<Expression>> arguments;

    /** The type of each function's result. */
    final List<DataType> results;

    private Layout(
            List<Attribute> columns,
            List<Attribute> passing,
            List<List<Expression>> arguments,
            List<DataType> results) {
        this.columns = columns;
        this.passing = passing;
        this.arguments = arguments;
        this.results = results;
    }

    /** The layout for these functions over these columns; null where one of them cannot cross in a block. */
    static Layout of(List<PythonUDF> functions, List<Attribute> columns, List<Attribute> passing) {
        List<List<Expression>> arguments = new ArrayList<>();
        for (PythonUDF function : functions) {
            Twins.Twin twin = Twins.get(function.func());
            List<Expression> given = Scala.javaList(Scala.element(function, 3));
            List<Expression> plain = twin == null ? null : plain(given, twin.carriers);
            if (plain == null) {
                return null;
            }
            arguments.add(plain);
        }
        if (!passing.stream().allMatch(column -> Columns.canWrite(column.dataType()))) {
            return null;
        }
        List<DataType> results = functions.stream().map(PythonUDF::dataType).collect(Collectors.toList());
        return new Layout(new ArrayList<>(columns), new ArrayList<>(passing), arguments, results);
    }

    /** The number of blocks. */
    int blocks() {
        return arguments.size() + 1;
    }

    /** The arguments before they were encoded for pandas; null where one of them is none that crosses in a block. */
    private static List<Expression> plain(List<Expression> arguments, String[] carriers) {
        List<Expression> plain = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            Expression argument = arguments.get(i);
            if (i < carriers.length) {
                argument = decoded(argument, carriers[i]);
            }
            if (argument == null || !Columns.canWrite(argument.dataType()) || isPython(argument)) {
                return null;
            }
            plain.add(argument);
        }
        return plain;
    }

    private static Expression decoded(Expression argument, String carrier) {
        Expression plain = argument;
        while (!fits(plain.dataType(), carrier)) {
            if (!(plain instanceof Cast)) {
                return null;
            }
            plain = ((Cast) plain).child();
        }
        return plain;
    }

    private static boolean fits(DataType type, String carrier) {
        return type.simpleString().equals(carrier) || type instanceof StringType && carrier.equals("string");
    }

    private static boolean isPython(Expression expression) {
        return expression instanceof PythonUDF
                || Scala.<Expression>javaList(Scala.call(Expression.class, expression, "children")).stream()
                        .anyMatch(Layout::isPython);
    }
}
